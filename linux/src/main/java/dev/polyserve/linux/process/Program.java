package dev.polyserve.linux.process;

import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.CallMemoryPool;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.Spawn;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemText;
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
///
/// @param command the program, as a path or a name to be found on our PATH, and its arguments
/// @param environment the whole of its environment
/// @param directory its working directory; empty: ours
/// @param ownGroup whether it leads a process group of its own, so that it can be ended with all processes that it has
///         started
public record Program(List<String> command, Map<String, String> environment, Optional<Path> directory,
        boolean ownGroup) {
    /// Copies its collections.
    ///
    /// @throws IllegalArgumentException when no program is named, or a text cannot be passed to a program
    public Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a program's command is empty: name a program to start");
        }
        command.forEach(argument -> requirePlain("argument", argument, argument));
        environment.forEach((name, value) -> {
            requirePlain("environment variable", name, name + value);
            if (name.isEmpty() || name.indexOf('=') >= 0) {
                throw new IllegalArgumentException("'" + name + "' is no name of an environment variable");
            }
        });
    }

    private static void requirePlain(String what, String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " " + name.replace('\0', '?')
                    + " has a character NUL, which no program can be given");
        }
        try {
            byte[] _ = SystemText.encode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " " + name + " cannot be given to a program: " + e.getMessage(),
                    e);
        }
    }

    /// The reason in one sentence why programs cannot be started here; empty when they can.
    public static Optional<String> whyNot() {
        return Spawn.whyNot();
    }

    /// The same program with another working directory.
    public Program in(Optional<Path> other) {
        return new Program(command, environment, other, ownGroup);
    }

    /// Starts the program. The descriptors become its 0, 1, 2 and so on, in that order; the same one may occur twice.
    /// They stay open here, and must stay open until this returns.
    ///
    /// @throws StartFailedException naming the program, the reason and what to do
    public ChildProcess start(int... descriptors) throws IOException {
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new StartFailedException(command.getFirst(), directory.get());
        }
        CallMemory memory = CallMemoryPool.shared().take();
        List<Integer> copies = new ArrayList<>();
        try (Spawn spawn = new Spawn(ownGroup)) {
            SystemCallException.require("rt_sigaction", ProcessCalls.keepChildren(memory));
            for (int number = 0; number < descriptors.length; number++) {
                int source = descriptors[number];
                if (source < descriptors.length) {
                    // It would be overwritten before its turn, or keep its close-on-exec flag.
                    source = SystemCallException.require("fcntl",
                            FileCalls.duplicate(memory, source, descriptors.length));
                    copies.add(source);
                }
                SystemCallException.require("posix_spawn", spawn.become(source, number));
            }
            SystemCallException.require("posix_spawn", spawn.closeFrom(descriptors.length));
            if (directory.isPresent()) {
                SystemCallException.require("posix_spawn", spawn.directory(directory.get().toString()));
            }
            int pid = spawn.start(command.getFirst(), command, pairs());
            if (pid < 0) {
                throw new StartFailedException(command.getFirst(), -pid);
            }
            return ChildProcess.of(memory, pid, ownGroup);
        } finally {
            for (int copy : copies) {
                int unused = FileCalls.close(memory, copy);
                assert unused == 0;
            }
            CallMemoryPool.shared().give(memory);
        }
    }

    private List<String> pairs() {
        return environment.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    }
}
