export { notification } from './notification';
export { payment } from './payment';
