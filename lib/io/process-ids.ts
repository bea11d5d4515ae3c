/** Who this process is. Node has no such functions on systems that know no users. */
export const processIds = (): { readonly uid: number; readonly gid: number } => ({
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
});
