import { describeGateway } from './contract';
import { paypalCheckoutDriver } from './contract/paypal-checkout';

describeGateway(paypalCheckoutDriver);
