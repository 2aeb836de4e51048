package dev.polyserve.linux.command;

import dev.polyserve.InetdCommand;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.ModelConcurrency;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Serves each connection with a process that runs a command. A loop waits while the system starts a program for it, mostly
/// for a processor, so there are several loops for each: programs start at the same time. The first loop also accepts, and
/// assigns each connection to the loop with the fewest.
///
/// **Thread**: as [Runner]; a session belongs to one loop.
public final class InetdRunner implements Runner {
    private static final int LOOPS_PER_PROCESSOR = 2;

    private final SocketProvider socketProvider;
    private final int mostProcesses;
    private final List<InetdProgramLoop> loops;
    /// Whether the last program could not be started because the system is exhausted. The first loop then starts the
    /// next ones, because a failure there pauses accepting.
    private final AtomicBoolean exhausted = new AtomicBoolean();

    /// Creates a runner that is not started.
    ///
    /// @param mostProcesses how many commands may run at once
    /// @param given open sockets to serve instead of binding their endpoints
    /// @throws IOException when the system refuses a resource; nothing stays open
    /// @throws IllegalArgumentException when the command contains a text that cannot be passed to a program
    public static InetdRunner open(InetdCommand command, int mostProcesses, PreopenedSockets given,
            ServerContext context)
            throws IOException {
        InetdCommand exact = command.withEnvironment(CurrentProgram.exact(command.environment()));
        // Rejects now what would be rejected for each connection.
        ChildProgram program = new ChildProgram(exact.argv(), exact.environment(), Optional.empty(), true);
        return new InetdRunner(exact, program, mostProcesses, DescriptorSocketProvider.unlimited().serving(given),
                context);
    }

    private InetdRunner(InetdCommand command, ChildProgram program, int mostProcesses, SocketProvider socketProvider,
            ServerContext context)
            throws IOException {
        this.socketProvider = socketProvider;
        this.mostProcesses = mostProcesses;
        int count = Math.clamp(mostProcesses, 1, LOOPS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
        this.loops = open(count, command, program, context, exhausted);
    }

    private static List<InetdProgramLoop> open(int count, InetdCommand command, ChildProgram program,
            ServerContext context,
            AtomicBoolean exhausted) throws IOException {
        List<InetdProgramLoop> open = new ArrayList<>();
        try {
            open.add(InetdProgramLoop.open("polyserve-accept", false, command, program, context, exhausted));
            while (open.size() < count) {
                open.add(InetdProgramLoop.open("polyserve-loop-" + open.size(), true, command, program, context,
                        exhausted));
            }
            return List.copyOf(open);
        } catch (IOException | RuntimeException | Error e) {
            open.forEach(loop -> loop.loop().close());
            open.forEach(InetdProgramLoop::close);
            throw e;
        }
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) {
        loops.forEach(loop -> loop.start(whenLost));
    }

    @Override
    public List<EventLoop> loops() {
        return loops.stream().map(InetdProgramLoop::loop).toList();
    }

    @Override
    public ModelConcurrency concurrency() {
        return new ModelConcurrency(() -> mostProcesses, false, Optional.empty());
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        loops.getFirst().loop().assertOwner();
        return new InetdSession(next(), (DescriptorSocket) socket, identity);
    }

    /// The loop for the next connection: the one with the fewest, the first among equals, which needs no wake-up.
    private InetdProgramLoop next() {
        InetdProgramLoop next = loops.getFirst();
        if (exhausted.get()) {
            return next;
        }
        for (InetdProgramLoop other : loops) {
            if (other.sessions() < next.sessions()) {
                next = other;
            }
        }
        return next;
    }

    @Override
    public void stop() {
        loops.forEach(loop -> loop.loop().close());
        loops.forEach(loop -> loop.loop().awaitEnd());
        loops.forEach(InetdProgramLoop::close);
    }
}
