package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerEnvironment;
import dev.polyserve.Workers;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.NonInheritedVariables;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The program that is started as a worker: this program again, or the configured one.
///
/// A worker has nothing to read at 0, the supervisor's output and errors at 1 and 2, and its [WorkerControlChannel] at
/// 3. It leads a process group, so that an interrupt typed at the terminal reaches the supervisor alone.
///
/// **Thread**: any.
final class WorkerProgram {
    /// The property that names the JDK's class cache for workers, which use other classes than their supervisor.
    private static final String CACHE = "polyserve.worker.cache";
    private static final String CACHE_OPTION = "-XX:AOTCache=";
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;

    private final ChildProgram program;

    private WorkerProgram(ChildProgram program) {
        this.program = program;
    }

    /// Determines the program for these workers.
    ///
    /// @throws IOException when the command line of this program cannot be read
    static WorkerProgram of(Workers workers) throws IOException {
        Map<String, String> environment = CurrentProgram.environment();
        // A worker reads which sockets its supervisor inherited, and so resolves the same endpoints.
        environment.keySet().removeAll(NonInheritedVariables.REPORTS);
        environment.remove(NonInheritedVariables.TAKES_OVER);
        WorkerEnvironment.addTo(environment);
        List<String> command = workers.program().isEmpty()
                ? withOwnCache(CurrentProgram.commandLine())
                : workers.program();
        return new WorkerProgram(new ChildProgram(command, environment, Optional.empty(), true));
    }

    private static List<String> withOwnCache(List<String> command) {
        String cache = System.getProperty(CACHE);
        return cache == null
                ? command
                : command.stream().map(word -> word.startsWith(CACHE_OPTION) ? CACHE_OPTION + cache : word).toList();
    }

    /// Starts a worker, which receives the other side of the channel.
    Started start() throws IOException {
        SystemCallMemory memory = SystemCallMemory.forTransfers();
        Descriptor nothing = new Descriptor(
                SystemCallException.require("open", DescriptorCalls.open(memory, "/dev/null")));
        try {
            SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
            try {
                ChildProcess child = program.in(CurrentProgram.directory()).start(nothing.number(), OUTPUT, ERRORS,
                        pair.theirs().number());
                return new Started(child, new WorkerControlChannel(pair.ours()));
            } catch (IOException | RuntimeException | Error e) {
                pair.ours().close();
                throw e;
            } finally {
                pair.theirs().close();
            }
        } finally {
            nothing.close();
        }
    }

    /// A started worker.
    record Started(ChildProcess child, WorkerControlChannel channel) {}
}
