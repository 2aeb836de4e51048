package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Prepares one `posix_spawnp(3)`: the actions of the new process before its `exec`, in the given order. Each method
/// returns 0 or `-errno`.
///
/// The process gets an empty signal mask and the default action of every signal. The C library's function is used,
/// because a multithreaded process may do next to nothing between `fork` and `exec`, and can run no Java there.
///
/// **Thread**: the thread that created it.
public final class PosixSpawn implements AutoCloseable {
    /// More than the size of the structures in any version of the C library.
    static final int STRUCTURE_BYTES = 1024;
    static final int SIGNAL_SET_BYTES = 128;
    static final int SETPGROUP = 2;
    static final int SETSIGDEF = 4;
    static final int SETSIGMASK = 8;

    /// Enough for the structure, and for the variables that most programs are given.
    private static final int MEMORY_BYTES = 4096;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(MEMORY_BYTES, 16);
    private final long attributes;
    private long usedBytes = STRUCTURE_BYTES;

    /// Prepares the signals only.
    ///
    /// @param ownGroup true when the process leads a group of its own
    public PosixSpawn(boolean ownGroup) {
        this.attributes = ownGroup ? Attributes.OWN_GROUP : Attributes.OUR_GROUP;
        require(Function.ACTIONS_INIT.call(actions()));
    }

    private long actions() {
        return memory.address();
    }

    private static void require(int result) {
        if (result != 0) {
            throw new IllegalStateException("preparing to start a program failed: " + Errno.text(-result));
        }
    }

    /// Returns why programs cannot be started here, in one sentence; empty when they can.
    public static Optional<String> whyNot() {
        return SystemCalls.whyNot().or(() -> Optional.ofNullable(Linked.WHY_NOT));
    }

    /// Duplicates one of our descriptors to this number in the new process; it is not closed on `exec`.
    public int become(int descriptor, int number) {
        return Function.ADD_DUP2.call(actions(), descriptor, number);
    }

    /// Closes every descriptor from this number on in the new process.
    public int closeFrom(int number) {
        return Function.ADD_CLOSEFROM.call(actions(), number);
    }

    /// Sets the working directory of the new process.
    public int directory(String path) {
        return Function.ADD_CHDIR.call(actions(), ArgvAndEnvp.text((bytes, _) -> room(bytes), path));
    }

    /// Starts the program.
    ///
    /// @param environment the whole of its environment
    /// @return the number of its process, or `-errno`
    public int start(ArgvAndEnvp program, Map<String, String> environment) {
        MemorySegment pid = room(Long.BYTES);
        try {
            int result = Function.SPAWN.call(pid.address(), program.name(), actions(), attributes,
                    program.arguments(), program.environment((bytes, _) -> room(bytes), environment));
            return result < 0 ? result : pid.get(ValueLayout.JAVA_INT, 0);
        } finally {
            // An address does not keep the object reachable.
            Reference.reachabilityFence(program);
        }
    }

    /// Returns zeroed memory until [#close], aligned for an address.
    private MemorySegment room(long bytes) {
        if (usedBytes + bytes > MEMORY_BYTES) {
            return arena.allocate(bytes, Long.BYTES);
        }
        MemorySegment room = memory.asSlice(usedBytes, bytes);
        usedBytes += bytes + Long.BYTES - 1 & -Long.BYTES;
        return room;
    }

    @Override
    public void close() {
        int unused = Function.ACTIONS_DESTROY.call(actions());
        assert unused == 0;
        arena.close();
    }

    /// The functions. All return 0 or an error number, and take at most six words. They share one signature: in the
    /// calling conventions of both architectures, surplus words stay in registers and are ignored.
    private enum Function {
        SPAWN("posix_spawnp"), //
        ACTIONS_INIT("posix_spawn_file_actions_init"), //
        ACTIONS_DESTROY("posix_spawn_file_actions_destroy"), //
        ADD_DUP2("posix_spawn_file_actions_adddup2"), //
        ADD_CLOSEFROM("posix_spawn_file_actions_addclosefrom_np"), //
        ADD_CHDIR("posix_spawn_file_actions_addchdir_np"), //
        ATTRIBUTES_INIT("posix_spawnattr_init"), //
        SET_FLAGS("posix_spawnattr_setflags"), //
        SET_SIGNAL_MASK("posix_spawnattr_setsigmask"), //
        SET_SIGNAL_DEFAULT("posix_spawnattr_setsigdefault");

        private final String symbol;

        Function(String symbol) {
            this.symbol = symbol;
        }

        /// Calls the function.
        ///
        /// @return 0, or `-errno`
        int call(long... words) {
            long[] six = new long[6];
            System.arraycopy(words, 0, six, 0, words.length);
            MemorySegment function = Linked.FUNCTIONS.get(this);
            if (function == null) {
                throw new IllegalStateException("programs cannot be started: " + Linked.WHY_NOT);
            }
            try {
                return -(int) Linked.SHAPE.invokeExact(function, six[0], six[1], six[2], six[3], six[4], six[5]);
            } catch (RuntimeException | Error thrown) {
                throw thrown;
            } catch (Throwable thrown) {
                throw new IllegalStateException(symbol + " threw", thrown);
            }
        }
    }

    /// The signals of a new process and its group: the same for all, so they are set once and never freed.
    private static final class Attributes {
        private static final long OUR_GROUP = make(0);
        private static final long OWN_GROUP = make(SETPGROUP);

        private static long make(int flags) {
            MemorySegment attributes = Arena.global().allocate(STRUCTURE_BYTES, 16);
            require(Function.ATTRIBUTES_INIT.call(attributes.address()));
            require(Function.SET_FLAGS.call(attributes.address(), SETSIGDEF | SETSIGMASK | flags));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment signals = arena.allocate(SIGNAL_SET_BYTES, 8);
                require(Function.SET_SIGNAL_MASK.call(attributes.address(), signals.address()));
                signals.set(ValueLayout.JAVA_LONG, 0, -1L);
                require(Function.SET_SIGNAL_DEFAULT.call(attributes.address(), signals.address()));
            }
            return attributes.address();
        }
    }

    /// The linked functions, initialised once.
    private static final class Linked {
        private static final MethodHandle SHAPE;
        private static final Map<Function, MemorySegment> FUNCTIONS = new EnumMap<>(Function.class);
        private static final @Nullable String WHY_NOT;

        static {
            Linker linker = Linker.nativeLinker();
            var word = ValueLayout.JAVA_LONG;
            SHAPE = linker.downcallHandle(
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, word, word, word, word, word, word));
            SymbolLookup library = linker.defaultLookup();
            String missing = null;
            for (Function function : Function.values()) {
                Optional<MemorySegment> found = library.find(function.symbol);
                if (found.isPresent()) {
                    FUNCTIONS.put(function, found.get());
                } else {
                    missing = "this system's C library has no " + function.symbol
                            + ", by which programs are started; glibc has it from version 2.34 (2021) on";
                }
            }
            WHY_NOT = missing;
        }
    }
}
