import { useStanding } from '../../session';

/** What the person's role may do with members; the API has the last word. */
export function useMemberRights() {
  const { role } = useStanding();
  const isLeading = role === 'owner' || role === 'treasurer';
  return {
    /** Add and change members, ask them for money, remind them. */
    mayManage: role !== 'accountant',
    mayCancelCharges: isLeading,
    mayErase: isLeading,
    mayExport: isLeading || role === 'accountant',
  };
}
