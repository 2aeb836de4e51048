package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

/// Calls that determine the owner, the group and the mode of new files. All but [#umask] affect the calling thread
/// alone.
public final class FileOwnershipCalls {
    /// `_LINUX_CAPABILITY_VERSION_3`: sets of 64 bits, in two halves.
    static final int CAPABILITY_VERSION = 0x2008_0522;
    /// `CAP_DAC_OVERRIDE`: bypasses the permissions of files and directories.
    static final int OVERRIDE = 1;

    /// The first word is the header; two structures of three halves follow.
    private static final int DATA_HALF = 2;

    private FileOwnershipCalls() {}

    /// `umask(2)` of the whole process: sets the permissions that new files lack.
    ///
    /// @return the previous mask
    public static int umask(SystemCallMemory memory, int mask) {
        return (int) call(memory, SystemCallNumber.UMASK, mask, 0, 0, 0, 0, 0);
    }

    /// `setfsuid(2)`: new files belong to this user, and the kernel checks permissions for this user.
    ///
    /// @return the previous user, even on failure
    public static int fileUser(SystemCallMemory memory, int uid) {
        return (int) call(memory, SystemCallNumber.SETFSUID, uid, 0, 0, 0, 0, 0);
    }

    /// `setfsgid(2)`, like [#fileUser].
    public static int fileGroup(SystemCallMemory memory, int gid) {
        return (int) call(memory, SystemCallNumber.SETFSGID, gid, 0, 0, 0, 0, 0);
    }

    /// `capset(2)`: bypasses permissions again after [#fileUser] has ended that. Without the permitted capability,
    /// permissions still apply.
    ///
    /// ```c
    /// struct header { u32 version; int pid; };                            // 8 bytes
    /// struct data   { u32 effective; u32 permitted; u32 inheritable; };   // 12 bytes, two of them
    /// ```
    ///
    /// @return 0, or `-errno`
    public static int overridePermissions(SystemCallMemory memory) {
        memory.half(0, CAPABILITY_VERSION);
        memory.half(1, 0);
        long data = memory.wordsAddress() + DATA_HALF * Integer.BYTES;
        int asked = (int) call(memory, SystemCallNumber.CAPGET, memory.wordsAddress(), data, 0, 0, 0, 0);
        if (asked < 0) {
            return asked;
        }
        int permitted = memory.half(DATA_HALF + 1);
        memory.half(DATA_HALF, memory.half(DATA_HALF) | (permitted & (1 << OVERRIDE)));
        return (int) call(memory, SystemCallNumber.CAPSET, memory.wordsAddress(), data, 0, 0, 0, 0);
    }
}
