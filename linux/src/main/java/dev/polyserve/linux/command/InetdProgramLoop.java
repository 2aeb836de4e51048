package dev.polyserve.linux.command;

import dev.polyserve.InetdCommand;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// An event loop that starts programs and watches for their ends and for clients that go, and the resources that its
/// sessions share.
///
/// **Thread**: the loop's, except [#loop], [#takes], [#sessions] and, after the loop's end, [#close].
final class InetdProgramLoop {
    private final InetdCommand command;
    private final ChildProgram program;
    private final ServerContext context;
    private final HangupMonitor hangupMonitor;
    private final InetdConnectionMonitor.Instruments instruments;
    private final EventLoop loop;
    private final LingeringProcessGroups lingeringGroups;
    /// Whether the last program could not be started because the system is exhausted; the same for all loops.
    private final AtomicBoolean exhausted;
    /// Sessions with a running command or with processes that a command has left behind.
    private final Set<InetdSession> live = new HashSet<>();
    /// The number of sessions that have begun and are not over. The accept loop adds, and this loop subtracts.
    private final AtomicInteger sessions = new AtomicInteger();

    /// Opens a loop that is not started.
    ///
    /// @param daemon whether the JVM may exit while the loop runs
    /// @param exhausted whether the last program could not be started because the system is exhausted
    /// @throws IOException when the system refuses a resource; nothing stays open
    static InetdProgramLoop open(String name, boolean daemon, InetdCommand command, ChildProgram program,
            ServerContext context,
            AtomicBoolean exhausted) throws IOException {
        HangupMonitor hangupMonitor = HangupMonitor.open();
        try {
            InetdConnectionMonitor.Instruments instruments = InetdConnectionMonitor.Instruments.make();
            try {
                EventLoop loop = new EventLoop(name, new EpollMultiplexer(), context.clock(), daemon, false, 0,
                        error -> report(context, error));
                return new InetdProgramLoop(command, program, context, hangupMonitor, instruments, loop, exhausted);
            } catch (IOException | RuntimeException | Error e) {
                instruments.activity().close();
                throw e;
            }
        } catch (IOException | RuntimeException | Error e) {
            hangupMonitor.close();
            throw e;
        }
    }

    private InetdProgramLoop(InetdCommand command, ChildProgram program, ServerContext context,
            HangupMonitor hangupMonitor,
            InetdConnectionMonitor.Instruments instruments, EventLoop loop, AtomicBoolean exhausted) {
        this.command = command;
        this.program = program;
        this.context = context;
        this.hangupMonitor = hangupMonitor;
        this.instruments = instruments;
        this.loop = loop;
        this.exhausted = exhausted;
        this.lingeringGroups = new LingeringProcessGroups(loop, context.clock(),
                ServerContext.nanos(command.terminate()),
                this::report);
    }

    InetdCommand command() {
        return command;
    }

    /// The command as a program to start.
    ChildProgram program() {
        return program;
    }

    ServerContext context() {
        return context;
    }

    EventLoop loop() {
        return loop;
    }

    LingeringProcessGroups lingeringGroups() {
        return lingeringGroups;
    }

    /// Creates the handle of an accepted connection.
    InetdConnectionMonitor line(DescriptorSocket socket) {
        return new InetdConnectionMonitor(socket, hangupMonitor, instruments);
    }

    // --- sessions ---

    /// The number of sessions that have begun and are not over. **Thread**: any.
    int sessions() {
        return sessions.get();
    }

    /// Records that a session begins, soon. **Thread**: the accept loop's.
    void takes() {
        sessions.incrementAndGet();
    }

    /// Records that a session's command runs.
    void began(InetdSession serving) {
        loop.assertOwner();
        live.add(serving);
        if (exhausted.get()) {
            exhausted.set(false);
        }
    }

    /// Records that a session has started no command.
    void startedNone() {
        sessions.decrementAndGet();
    }

    /// Records that a session's command and all processes that it has left behind are gone.
    void ended(InetdSession serving) {
        live.remove(serving);
        sessions.decrementAndGet();
    }

    /// Records that the system could not start another program.
    void exhausted() {
        loop.assertOwner();
        exhausted.set(true);
    }

    /// Reports a failure that is not due to a command or its client.
    void report(Throwable error) {
        report(context, error);
    }

    private static void report(ServerContext context, Throwable error) {
        context.log().log(System.Logger.Level.ERROR, () -> "a defect in what serves commands, which goes on: " + error,
                error);
    }

    // --- life cycle ---

    /// Starts the loop. **Thread**: any, once.
    void start(Consumer<? super IOException> whenLost) {
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

    /// Ends the commands that still run, and releases the resources. **Thread**: any, after the loop's end.
    void close() {
        try (EpollTrafficDetector _ = instruments.activity(); HangupMonitor _ = hangupMonitor) {
            for (InetdSession serving : List.copyOf(live)) {
                serving.endNow();
            }
        } catch (IOException e) {
            // The descriptors are released whatever close reports.
            report(e);
        }
    }
}
