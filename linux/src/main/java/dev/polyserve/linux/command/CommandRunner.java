package dev.polyserve.linux.command;

import dev.polyserve.Command;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.process.Program;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.run.Concurrency;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Serves each connection with a process that runs a command: one loop accepts, starts the processes and watches for
/// their ends.
///
/// **Thread**: as [Runner]; the sessions belong to the loop.
public final class CommandRunner implements Runner {
    private final SocketProvider socketProvider;
    private final Command command;
    private final int mostProcesses;
    private final ServerContext context;
    private final HangupMonitor hangupMonitor;
    private final ConnectionHandle.Instruments instruments;
    private final EventLoop loop;
    private final LingeringGroups lingeringGroups;
    /// Sessions with a running command or with processes that a command has left behind.
    private final Set<CommandSession> live = new HashSet<>();

    /// Creates a runner that is not started.
    ///
    /// @param mostProcesses how many commands may run at once
    /// @param given open sockets to serve instead of binding their endpoints
    /// @throws IOException when the system refuses a resource; nothing stays open
    /// @throws IllegalArgumentException when the command contains a text that cannot be passed to a program
    public static CommandRunner open(Command command, int mostProcesses, PreopenedSockets given, ServerContext context)
            throws IOException {
        Command exact = command.withEnvironment(CurrentProgram.exact(command.environment()));
        // Rejects now what would be rejected for each connection.
        Program _ = new Program(exact.argv(), exact.environment(), Optional.empty(), true);
        HangupMonitor hangupMonitor = HangupMonitor.open();
        try {
            ConnectionHandle.Instruments instruments = ConnectionHandle.Instruments.make();
            try {
                return new CommandRunner(exact, mostProcesses, DescriptorSocketProvider.unlimited().serving(given),
                        context,
                        hangupMonitor, instruments, new EpollMultiplexer());
            } catch (IOException | RuntimeException | Error e) {
                instruments.activity().close();
                throw e;
            }
        } catch (IOException | RuntimeException | Error e) {
            hangupMonitor.close();
            throw e;
        }
    }

    private CommandRunner(Command command, int mostProcesses, SocketProvider socketProvider, ServerContext context,
            HangupMonitor hangupMonitor, ConnectionHandle.Instruments instruments, Multiplexer multiplexer) {
        this.socketProvider = socketProvider;
        this.command = command;
        this.mostProcesses = mostProcesses;
        this.context = context;
        this.hangupMonitor = hangupMonitor;
        this.instruments = instruments;
        this.loop = new EventLoop("polyserve-accept", multiplexer, context.clock(), false, false, 0, this::report);
        this.lingeringGroups = new LingeringGroups(loop, context.clock(), ServerContext.nanos(command.terminate()),
                this::report);
    }

    Command command() {
        return command;
    }

    ServerContext context() {
        return context;
    }

    EventLoop loop() {
        return loop;
    }

    LingeringGroups lingeringGroups() {
        return lingeringGroups;
    }

    /// Creates the handle of an accepted connection.
    ConnectionHandle line(DescriptorSocket socket) {
        return new ConnectionHandle(socket, hangupMonitor, instruments);
    }

    /// Called when a session's command runs.
    void began(CommandSession serving) {
        loop.assertOwner();
        live.add(serving);
    }

    /// Called when a session's command and all processes that it has left behind are gone.
    void ended(CommandSession serving) {
        live.remove(serving);
    }

    /// Reports a failure that is not due to a command or its client.
    void report(Throwable error) {
        context.log().log(System.Logger.Level.ERROR, () -> "a defect in what serves commands, which goes on: " + error,
                error);
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) {
        loop.start(whenLost);
        loop.post(() -> {
            try {
                loop.watch(hangupMonitor.source(), Multiplexer.READ, _ -> tellHangups());
            } catch (IOException e) {
                whenLost.accept(e);
            }
        });
    }

    private void tellHangups() {
        loop.turnBegins();
        try {
            hangupMonitor.tell();
        } catch (IOException e) {
            report(e);
        }
    }

    @Override
    public List<EventLoop> loops() {
        return List.of(loop);
    }

    @Override
    public Concurrency concurrency() {
        return new Concurrency(() -> mostProcesses, false, Optional.empty());
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        return new CommandSession(this, (DescriptorSocket) socket, identity);
    }

    @Override
    public void stop() {
        loop.close();
        loop.awaitEnd();
        try (TrafficDetector _ = instruments.activity(); HangupMonitor _ = hangupMonitor) {
            for (CommandSession serving : List.copyOf(live)) {
                serving.endNow();
            }
        } catch (IOException e) {
            // The descriptors are released whatever close reports.
            report(e);
        }
    }
}
