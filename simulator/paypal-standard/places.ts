import { answeringPlace, plain } from '../misbehaviour';

/** Where PayPal Standard can be told to misbehave, besides its payer page and its messages. */
export const PLACES = {
  postback: answeringPlace('postback', plain('INVALID')),
  pdt: answeringPlace('pdt', plain('FAIL\nError: 4003\n')),
  nvp: answeringPlace(
    'nvp',
    plain(
      'ACK=Failure&L_ERRORCODE0=10001&L_SHORTMESSAGE0=Internal%20Error&L_LONGMESSAGE0=Internal%20Error&L_SEVERITYCODE0=Error',
    ),
  ),
};
