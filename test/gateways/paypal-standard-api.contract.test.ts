import { describeGateway } from './contract';
import { paypalStandardWithApiDriver } from './contract/paypal-standard';

describeGateway(paypalStandardWithApiDriver);
