package dev.polyserve.linux.system;

import dev.polyserve.file.FileNameEncoding;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The C library's functions that are no system calls, because they act on every thread of the process or read the
/// system's user database. They are linked at the first call, because most programs call none.
///
/// ```c
/// struct passwd { char *pw_name, *pw_passwd; uid_t pw_uid; gid_t pw_gid; ... };  // 48 bytes
/// struct group  { char *gr_name, *gr_passwd; gid_t gr_gid; ... };                // 32 bytes
/// ```
///
/// **Thread**: any.
public final class CLibrary {
    static final int PASSWD_BYTES = 48;
    static final int PASSWD_UID = 16;
    static final int PASSWD_GID = 20;
    static final int GROUP_BYTES = 32;
    static final int GROUP_GID = 16;

    private static final int ERANGE = 34;
    private static final int FIRST_TEXT_BYTES = 1 << 10;
    private static final int MOST_TEXT_BYTES = 1 << 24;
    private static final int FIRST_GROUPS = 64;
    private static final int MOST_GROUPS = 1 << 16;

    private CLibrary() {}

    /// A user of the system.
    ///
    /// @param uid the user's number
    /// @param gid the number of the user's own group
    public record User(int uid, int gid) {}

    /// `unsetenv(3)`: child processes do not inherit the variable. Java's copy of the environment is unchanged.
    public static void unsetEnvironment(String variable) {
        try (Arena arena = Arena.ofConfined()) {
            int unused = call(Function.UNSETENV, arena.allocateFrom(variable, FileNameEncoding.ENCODING).address());
            assert unused == 0;
        }
    }

    /// `getpwnam_r(3)`: the user of that name, if there is one.
    public static Optional<User> user(String name) throws SystemCallException {
        return entry(Function.GETPWNAM, PASSWD_BYTES, name)
                .map(entry -> new User(entry.get(ValueLayout.JAVA_INT, PASSWD_UID),
                        entry.get(ValueLayout.JAVA_INT, PASSWD_GID)));
    }

    /// `getgrnam_r(3)`: the number of the group of that name, if there is one.
    public static Optional<Integer> group(String name) throws SystemCallException {
        return entry(Function.GETGRNAM, GROUP_BYTES, name).map(entry -> entry.get(ValueLayout.JAVA_INT, GROUP_GID));
    }

    /// `getgrouplist(3)`: all groups of a user, including the given one.
    public static int[] groups(String user, int gid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(user, FileNameEncoding.ENCODING);
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            for (int room = FIRST_GROUPS; room <= MOST_GROUPS; room *= 4) {
                MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, room);
                count.set(ValueLayout.JAVA_INT, 0, room);
                int found = call(Function.GETGROUPLIST, name.address(), gid, groups.address(), count.address());
                if (found >= 0) {
                    return groups.asSlice(0, (long) found * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
                }
            }
            throw new IllegalStateException("the user " + user + " is in more than " + MOST_GROUPS + " groups");
        }
    }

    /// `setgroups(2)`, for every thread.
    ///
    /// @return 0, or `-errno`
    public static int setGroups(int[] groups) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocateFrom(ValueLayout.JAVA_INT, groups.length == 0 ? new int[1] : groups);
            return call(Function.SETGROUPS, groups.length, list.address());
        }
    }

    /// `setresgid(2)` with the same group for all three, for every thread.
    ///
    /// @return 0, or `-errno`
    public static int setGroup(int gid) {
        return call(Function.SETRESGID, gid, gid, gid);
    }

    /// `setresuid(2)` with the same user for all three, for every thread.
    ///
    /// @return 0, or `-errno`
    public static int setUser(int uid) {
        return call(Function.SETRESUID, uid, uid, uid);
    }

    /// `setuid(2)`, for every thread.
    ///
    /// @return 0, or `-errno`
    public static int setuid(int uid) {
        return call(Function.SETUID, uid);
    }

    /// `geteuid(2)`.
    public static int effectiveUser() {
        return call(Function.GETEUID);
    }

    /// Returns the structure that such a function fills. Only its numbers are valid: its strings are freed when this
    /// returns.
    private static Optional<MemorySegment> entry(Function function, int bytes, String name)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(bytes, Long.BYTES);
            MemorySegment found = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment asked = arena.allocateFrom(name, FileNameEncoding.ENCODING);
            int result = -ERANGE;
            for (int room = FIRST_TEXT_BYTES; result == -ERANGE && room <= MOST_TEXT_BYTES; room *= 4) {
                // These functions return the error number itself and do not set errno.
                result = -call(function, asked.address(), entry.address(), arena.allocate(room).address(), room,
                        found.address());
            }
            boolean none = found.get(ValueLayout.JAVA_LONG, 0) == 0;
            if (none && result != 0 && result != -Errno.ENOENT) {
                throw new SystemCallException(function.symbol, result);
            }
            return none ? Optional.empty() : Optional.of(MemorySegment.ofArray(entry.toArray(ValueLayout.JAVA_LONG)));
        }
    }

    /// Calls a function of the C library.
    ///
    /// @return the result of the function, or `-errno` when it is -1 and errno was set
    private static int call(Function function, long... words) {
        long[] five = new long[5];
        System.arraycopy(words, 0, five, 0, words.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(LibcSyscallFunction.CAPTURED);
            int result = (int) Linked.SHAPE.invokeExact(Linked.address(function), captured, five[0], five[1], five[2],
                    five[3], five[4]);
            int errno = captured.get(ValueLayout.JAVA_INT, LibcSyscallFunction.ERRNO_OFFSET);
            return result == -1 && errno != 0 ? -errno : result;
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException(function.symbol + " threw", thrown);
        }
    }

    private enum Function {
        UNSETENV("unsetenv"), //
        GETPWNAM("getpwnam_r"), //
        GETGRNAM("getgrnam_r"), //
        GETGROUPLIST("getgrouplist"), //
        SETGROUPS("setgroups"), //
        SETRESGID("setresgid"), //
        SETRESUID("setresuid"), //
        SETUID("setuid"), //
        GETEUID("geteuid");

        private final String symbol;

        Function(String symbol) {
            this.symbol = symbol;
        }
    }

    /// One signature for all functions: five words, of which each uses as many as it has parameters.
    private static final class Linked {
        private static final MethodHandle SHAPE = shape();

        private static MethodHandle shape() {
            var word = ValueLayout.JAVA_LONG;
            return Linker.nativeLinker().downcallHandle(
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, new MemoryLayout[]{word, word, word, word, word}),
                    Linker.Option.captureCallState("errno"));
        }

        private static MemorySegment address(Function function) {
            return Linker.nativeLinker().defaultLookup().findOrThrow(function.symbol);
        }
    }
}
