package dev.polyserve.linux.process;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.ArgvAndEnvp;
import dev.polyserve.linux.system.PosixSpawn;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SurrogateEscape;
import dev.polyserve.linux.system.VforkSpawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A program that can be started any number of times.
///
/// It starts with an empty signal mask and the default action of every signal, and with no descriptors but those that
/// it is given: other open descriptors of this JVM and its libraries do not reach it, close-on-exec or not.
///
/// **Thread**: any.
public final class ChildProgram {
    private final List<String> command;
    private final Map<String, String> environment;
    private final Optional<Path> directory;
    private final boolean ownGroup;
    private final ArgvAndEnvp texts;
    private final Way way;
    /// Empty where programs are started by the C library only.
    private final Optional<VforkSpawn> quick;

    /// How a program is started.
    private enum Way {
        /// By a stub of ours where that is possible, else by the C library.
        EITHER,
        /// For tests.
        STUB_ONLY,
        /// For tests.
        LIBRARY_ONLY
    }

    /// Creates a program from copies of the collections.
    ///
    /// @param command the program, as a path or a name to be found on our PATH, and its arguments
    /// @param environment the whole of its environment, unless a start gives it another one
    /// @param directory its working directory; empty: ours
    /// @param ownGroup whether it leads a process group of its own, so that it can be ended with all processes that it
    ///         has started
    /// @throws IllegalArgumentException when no program is named, or a text cannot be passed to a program
    public ChildProgram(List<String> command, Map<String, String> environment, Optional<Path> directory,
            boolean ownGroup) {
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.ownGroup = ownGroup;
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a program's command is empty: name a program to start");
        }
        this.command.forEach(argument -> requirePlain("argument", argument, argument));
        this.environment.forEach(ChildProgram::requireVariable);
        this.texts = new ArgvAndEnvp(this.command, this.environment);
        this.way = Way.EITHER;
        this.quick = quick();
    }

    private ChildProgram(ChildProgram other, Optional<Path> directory, Way way) {
        this.command = other.command;
        this.environment = other.environment;
        this.directory = directory;
        this.ownGroup = other.ownGroup;
        this.texts = other.texts;
        this.way = way;
        this.quick = way == Way.LIBRARY_ONLY ? Optional.empty() : quick();
    }

    private Optional<VforkSpawn> quick() {
        return VforkSpawn.of(texts, command.getFirst(), directory.map(Path::toString), ownGroup);
    }

    private static void requireVariable(String name, String value) {
        requirePlain("environment variable", name, name + value);
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException("'" + name + "' is no name of an environment variable");
        }
    }

    private static void requirePlain(String what, String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " " + name.replace('\0', '?')
                    + " has a character NUL, which no program can be given");
        }
        try {
            byte[] _ = SurrogateEscape.encode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " " + name + " cannot be given to a program: " + e.getMessage(),
                    e);
        }
    }

    /// The reason in one sentence why programs cannot be started here; empty when they can.
    public static Optional<String> whyNot() {
        return PosixSpawn.whyNot();
    }

    /// The same program with another working directory.
    public ChildProgram in(Optional<Path> other) {
        return new ChildProgram(this, other, way);
    }

    /// The same program, which only the C library starts. For tests.
    ChildProgram byLibrary() {
        return new ChildProgram(this, directory, Way.LIBRARY_ONLY);
    }

    /// The same program, which only the stub starts: where the C library would be used instead, a start throws an
    /// [IllegalStateException]. For tests.
    ChildProgram byStub() {
        return new ChildProgram(this, directory, Way.STUB_ONLY);
    }

    /// Whether only the C library starts it. For tests.
    boolean isByLibrary() {
        return quick.isEmpty();
    }

    /// As [#start(Map, int...)], with the program's own environment.
    public ChildProcess start(int... descriptors) throws IOException {
        return start(environment, descriptors);
    }

    /// Starts the program. The descriptors become its 0, 1, 2 and so on, in that order; the same one may occur twice.
    /// They stay open here, and must stay open until this returns.
    ///
    /// @param variables the whole of its environment; those that the program has are encoded already
    /// @throws ProgramStartException naming the program, the reason and what to do
    /// @throws IllegalArgumentException when a text cannot be passed to a program
    public ChildProcess start(Map<String, String> variables, int... descriptors) throws IOException {
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new ProgramStartException(command.getFirst(), directory.get());
        }
        variables.forEach((name, value) -> {
            if (!texts.has(name, value)) {
                requireVariable(name, value);
            }
        });
        SystemCallMemory memory = SystemCallMemoryPool.shared().take();
        List<Integer> copies = new ArrayList<>();
        try {
            SystemCallException.require("rt_sigaction", ProcessCalls.keepChildren(memory));
            return start(memory, variables, outOfTheWay(memory, descriptors, copies));
        } finally {
            for (int copy : copies) {
                int unused = DescriptorCalls.close(memory, copy);
                assert unused == 0;
            }
            SystemCallMemoryPool.shared().give(memory);
        }
    }

    /// The descriptors, with copies of those that would be overwritten before their turn.
    ///
    /// @param copies receives the descriptors to close after the start
    private static int[] outOfTheWay(SystemCallMemory memory, int[] descriptors, List<Integer> copies)
            throws SystemCallException {
        int[] sources = descriptors.clone();
        for (int number = 0; number < sources.length; number++) {
            // One that keeps its number is not copied: it only loses its close-on-exec flag.
            if (sources[number] < sources.length && sources[number] != number) {
                sources[number] = SystemCallException.require("fcntl",
                        DescriptorCalls.duplicate(memory, sources[number], sources.length));
                copies.add(sources[number]);
            }
        }
        return sources;
    }

    private ChildProcess start(SystemCallMemory memory, Map<String, String> variables, int[] descriptors)
            throws IOException {
        long started = quick.isPresent() ? quick.get().start(memory, variables, descriptors) : 0;
        if (started > 0) {
            return ChildProcess.of((int) started, ownGroup, new Descriptor((int) (started >>> Integer.SIZE)));
        }
        if (started < 0) {
            throw new ProgramStartException(command.getFirst(), (int) -started);
        }
        if (way == Way.STUB_ONLY) {
            throw new IllegalStateException("the stub has not started " + command.getFirst());
        }
        return startByLibrary(memory, variables, descriptors);
    }

    private ChildProcess startByLibrary(SystemCallMemory memory, Map<String, String> variables, int[] descriptors)
            throws IOException {
        try (PosixSpawn spawn = new PosixSpawn(ownGroup)) {
            for (int number = 0; number < descriptors.length; number++) {
                SystemCallException.require("posix_spawn", spawn.become(descriptors[number], number));
            }
            SystemCallException.require("posix_spawn", spawn.closeFrom(descriptors.length));
            if (directory.isPresent()) {
                SystemCallException.require("posix_spawn", spawn.directory(directory.get().toString()));
            }
            int pid = spawn.start(texts, variables);
            if (pid < 0) {
                throw new ProgramStartException(command.getFirst(), -pid);
            }
            return ChildProcess.of(memory, pid, ownGroup);
        }
    }
}
