import { describeGateway } from './contract';
import { kkiapayPromptDriver } from './contract/kkiapay';

describeGateway(kkiapayPromptDriver);
