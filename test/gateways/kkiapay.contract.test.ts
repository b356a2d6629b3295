import { describeGateway } from './contract';
import { kkiapayWidgetDriver } from './contract/kkiapay';

describeGateway(kkiapayWidgetDriver);
