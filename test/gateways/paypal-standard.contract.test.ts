import { describeGateway } from './contract';
import { paypalStandardDriver } from './contract/paypal-standard';

describeGateway(paypalStandardDriver);
