package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Starts a program as [PosixSpawn] does, with the same result and in less time: through a [stub][VforkStub] of our own, without
/// the memory that the C library maps for each start, and with a descriptor of the new process at once.
///
/// Where that is not possible, or fails for another reason than that the system has no more processes, it starts nothing, and
/// [PosixSpawn] is to be used: it starts the program, or tells why that fails.
///
/// **Thread**: any.
public final class VforkSpawn {
    private static final long CLONE_VM = 0x100;
    private static final long CLONE_PIDFD = 0x1000;
    private static final long CLONE_VFORK = 0x4000;
    private static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;

    /// `struct clone_args { u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; }`
    private static final int ARGUMENTS_AT = 16;
    private static final int ARGUMENTS_BYTES = 64;
    private static final int PIDFD_AT = 8;

    private static final long RT_SIGACTION = 13;
    private static final long RT_SIGPROCMASK = 14;
    private static final long DUP2 = 33;
    private static final long EXECVE = 59;
    private static final long FCNTL = 72;
    private static final long CHDIR = 80;
    private static final long SETPGID = 109;
    private static final long CLOSE_RANGE = 436;
    private static final long F_SETFD = 2;
    private static final long SIG_SETMASK = 2;
    private static final long HIGHEST_DESCRIPTOR = 0xffff_ffffL;
    private static final long SIGNAL_SET_BYTES = 8;
    private static final int SIGNALS = 64;
    private static final int SIGSTOP = 19;
    /// Calls beside those for signals, descriptors and paths.
    private static final int OTHER_CALLS = 4;

    /// The default action of a signal, and no signals at all.
    private static final long ZEROS = Arena.global().allocate(32, 8).address();
    /// The failures after which `execvp(3)` looks in the next directory; after rarer ones, [PosixSpawn] does.
    private static final long NOT_IN_THIS_DIRECTORY = 1L << Errno.ENOENT | 1L << Errno.ENOTDIR | 1L << Errno.EACCES;
    private static final AtomicBoolean REFUSED = new AtomicBoolean();

    private final ArgvAndEnvp program;
    private final Arena arena = Arena.ofAuto();
    /// The addresses of the paths at which the program may be.
    private final long[] paths;
    private final long directory;
    private final boolean ownGroup;
    /// True once the system has refused this way to start a program, as an old kernel does, or a filter of system calls in a
    /// container: it is not tried again.
    private final AtomicBoolean refused;

    private VforkSpawn(ArgvAndEnvp program, List<String> paths, Optional<String> directory, boolean ownGroup,
            AtomicBoolean refused) {
        this.program = program;
        this.paths = paths.stream().mapToLong(path -> ArgvAndEnvp.text(arena, path)).toArray();
        this.directory = directory.map(path -> ArgvAndEnvp.text(arena, path)).orElse(0L);
        this.ownGroup = ownGroup;
        this.refused = refused;
    }

    /// Prepares the starts of a program.
    ///
    /// @param name the name of the program, or a path
    /// @param directory its working directory; empty: ours
    /// @param ownGroup whether it leads a process group of its own
    /// @return empty where a program cannot be started in this way
    public static Optional<VforkSpawn> of(ArgvAndEnvp program, String name, Optional<String> directory,
            boolean ownGroup) {
        return at(program, paths(name), directory, ownGroup, REFUSED);
    }

    /// As [#of], with the paths at which the program may be, and a flag of its own for the refusal. For tests.
    static Optional<VforkSpawn> at(ArgvAndEnvp program, List<String> paths, Optional<String> directory,
            boolean ownGroup, AtomicBoolean refused) {
        return paths.isEmpty() || SystemCalls.whyNot().isPresent() || Linked.STUB == null
                ? Optional.empty()
                : Optional.of(new VforkSpawn(program, paths, directory, ownGroup, refused));
    }

    /// Where `posix_spawnp(3)` looks for a program, in order; none if that is not known exactly.
    private static List<String> paths(String name) {
        if (name.indexOf('/') >= 0) {
            return List.of(name);
        }
        String path = System.getenv("PATH");
        List<String> found = new ArrayList<>();
        if (path != null && !name.isEmpty() && path.chars().allMatch(letter -> letter < 0x80)) {
            for (String directory : path.split(":", -1)) {
                found.add(directory.isEmpty() ? name : directory + "/" + name);
            }
        }
        return found;
    }

    /// Starts the program, with these descriptors as 0, 1, 2 and so on. None of them has a number in that range, except its
    /// own.
    ///
    /// @param environment the whole of its environment
    /// @return the number of the process, and above it the number of its descriptor, which is closed on `exec`; `-errno` if the
    ///         system has no more processes; 0 if [PosixSpawn] is to start it
    public long start(SystemCallMemory memory, Map<String, String> environment, int... descriptors) {
        MethodHandle stub = Linked.STUB;
        if (refused.get() || stub == null) {
            return 0;
        }
        int calls = SIGNALS + descriptors.length + OTHER_CALLS + paths.length;
        try (Arena room = Arena.ofConfined()) {
            MemorySegment all = room.allocate(VforkStub.CALLS_AT + (long) calls * VforkStub.CALL_BYTES, 16);
            cloneArguments(all);
            addCalls(new Table(all), program.environment(room, environment), descriptors);
            long pid = call(stub, all.address());
            if (pid < 0) {
                if (pid == -Errno.ENOSYS || pid == -Errno.EINVAL || pid == -Errno.EPERM) {
                    refused.set(true);
                }
                return pid == -Errno.EAGAIN || pid == -Errno.ENOMEM ? pid : 0;
            }
            int pidfd = all.get(ValueLayout.JAVA_INT, PIDFD_AT);
            if (all.get(ValueLayout.JAVA_LONG, VforkStub.RESULT_AT) == 0) {
                return (long) pidfd << Integer.SIZE | pid;
            }
            reap(memory, (int) pid, pidfd);
            if (isRefusal(all)) {
                refused.set(true);
            }
            return 0;
        } finally {
            // An address does not keep the objects reachable.
            Reference.reachabilityFence(this);
        }
    }

    /// Returns true when each later start would fail at the same call, because the system does not have or permit it. What
    /// fails with the program's paths says nothing about others.
    private static boolean isRefusal(MemorySegment all) {
        long errno = all.get(ValueLayout.JAVA_LONG, VforkStub.RESULT_AT);
        long failed = all.get(ValueLayout.JAVA_LONG, VforkStub.FAILED_AT) - all.address();
        long number = all.get(ValueLayout.JAVA_LONG, failed);
        return number != CHDIR && number != EXECVE && (errno == Errno.ENOSYS || errno == Errno.EPERM);
    }

    private static void cloneArguments(MemorySegment all) {
        MemorySegment arguments = all.asSlice(ARGUMENTS_AT, ARGUMENTS_BYTES);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, all.address() + PIDFD_AT);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 4, ProcessCalls.SIGCHLD);
    }

    private void addCalls(Table table, long environment, int... descriptors) {
        if (ownGroup) {
            // First: until then, Ctrl-C at the terminal of our group would end it.
            table.add(SETPGID, 0, 0, 0, 0, 0);
        }
        for (int signal = 1; signal <= SIGNALS; signal++) {
            if (signal != ProcessCalls.SIGKILL && signal != SIGSTOP) {
                table.add(RT_SIGACTION, 0, signal, ZEROS, 0, SIGNAL_SET_BYTES);
            }
        }
        for (int number = 0; number < descriptors.length; number++) {
            if (descriptors[number] == number) {
                table.add(FCNTL, 0, number, F_SETFD, 0, 0);
            } else {
                table.add(DUP2, 0, descriptors[number], number, 0, 0);
            }
        }
        table.add(CLOSE_RANGE, 0, descriptors.length, HIGHEST_DESCRIPTOR, 0, 0);
        if (directory != 0) {
            table.add(CHDIR, 0, directory, 0, 0, 0);
        }
        table.add(RT_SIGPROCMASK, 0, SIG_SETMASK, ZEROS, 0, SIGNAL_SET_BYTES);
        for (int i = 0; i < paths.length; i++) {
            long permitted = i == paths.length - 1 ? 0 : NOT_IN_THIS_DIRECTORY;
            table.add(EXECVE, permitted, paths[i], program.arguments(), environment, 0);
        }
    }

    private static long call(MethodHandle stub, long table) {
        try {
            return (long) stub.invokeExact(table + ARGUMENTS_AT, (long) ARGUMENTS_BYTES, table, 0L, 0L, 0L, 0L);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("starting a program threw", thrown);
        }
    }

    /// Removes a process that has ended without having started the program.
    private static void reap(SystemCallMemory memory, int pid, int pidfd) {
        int reaped = ProcessCalls.killAndReap(memory, pid, false);
        int closed = DescriptorCalls.close(memory, pidfd);
        assert reaped == 0 && closed == 0;
    }

    /// The calls of a new process, in order.
    private static final class Table {
        private final MemorySegment all;
        private long at = VforkStub.CALLS_AT;

        Table(MemorySegment all) {
            this.all = all;
        }

        /// Adds a call.
        ///
        /// @param permitted the failures that do not end the process, as bits
        void add(long number, long permitted, long a, long b, long c, long d) {
            all.set(ValueLayout.JAVA_LONG, at, number);
            all.set(ValueLayout.JAVA_LONG, at + 8, a);
            all.set(ValueLayout.JAVA_LONG, at + 16, b);
            all.set(ValueLayout.JAVA_LONG, at + 24, c);
            all.set(ValueLayout.JAVA_LONG, at + 32, d);
            all.set(ValueLayout.JAVA_LONG, at + 40, permitted);
            at += VforkStub.CALL_BYTES;
        }
    }

    /// The linked stub, initialised once, and after it is known that this program may make system calls.
    private static final class Linked {
        private static final @Nullable MethodHandle STUB = VforkStub.link().orElse(null);
    }
}
