import { useStanding } from '../../session';

/** What the person's role may do with agreements; the API has the last word. */
export function useAgreementRights() {
  const { role } = useStanding();
  return {
    mayBegin: role !== 'accountant',
    /** Add, change and withdraw what members can begin by themselves. */
    mayOffer: role === 'owner' || role === 'treasurer',
  };
}
