package dev.polyserve.linux.worker;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerMessage;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.tls.SelfSignedCertificate;
import dev.polyserve.tls.TlsEngines;
import dev.polyserve.tls.TlsFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// Carries out the supervisor's commands until a command ends the worker or the supervisor is gone.
///
/// **Thread**: the worker's first one, except [#stopped].
final class WorkerCommandLoop {
    /// How long it waits for a command at most.
    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int LOST = 1;
    private static final Duration FOR_LONG = Duration.ofDays(365);
    private static final int PIECE_CHARACTERS = 16 << 10;

    /// The number of no connection.
    private static final long NO_CONNECTION = 0;

    private final Server server;
    private final EventLoop acceptLoop;
    private final WorkerMain workerMain;
    private final WorkerControlChannel channel;
    private final WorkerEventReporter eventReporter;
    /// Computes the worker's options from the present options and the command.
    private final BiFunction<Options, WorkerCommand.ChangeLimits, Options> limits;
    private boolean started;
    private volatile boolean ending;
    /// The time at which the worker ends, if it is ending.
    private long endNanos;
    /// The thread that accepts one client, or the last one that did.
    private Optional<Thread> one = Optional.empty();

    /// Creates a loop for this worker's server.
    ///
    /// @param startsLater whether the server starts only on the supervisor's command
    WorkerCommandLoop(Server server, EventLoop acceptLoop, WorkerMain workerMain, boolean startsLater,
            BiFunction<Options, WorkerCommand.ChangeLimits, Options> limits) {
        this.server = server;
        this.acceptLoop = acceptLoop;
        this.workerMain = workerMain;
        this.channel = workerMain.channel();
        this.eventReporter = workerMain.eventReporter();
        this.limits = limits;
        this.started = !startsLater;
    }

    /// Runs a command without effect, and passes messages through a channel, so that linking this code does not delay the
    /// first client.
    void warmUp() throws IOException {
        execute(new WorkerCommand.CutInput(NO_CONNECTION), List.of());
        WorkerControlChannel.warmUp();
    }

    /// Runs the loop; does not return.
    void forever() throws IOException {
        while (true) {
            var received = channel.await(LOOK_NANOS);
            if (received.isPresent()) {
                WorkerControlChannel.Received packet = received.get();
                if (packet.messages().isEmpty()) {
                    orphaned();
                }
                for (WorkerMessage message : packet.messages()) {
                    execute((WorkerCommand) message, packet.descriptors());
                }
            }
            eventReporter.flush();
            endIfLost();
        }
    }

    /// Ends the process, as soon as the server is over, if it stops without a command. **Thread**: any.
    void stopped() {
        if (!ending) {
            Thread.ofPlatform().daemon().name("polyserve-lost").start(() -> {
                try {
                    server.await();
                    endIfLost();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /// Ends the process when the server has stopped without a command: the accept loop is lost, which was reported; the
    /// supervisor starts another worker.
    private void endIfLost() {
        if (server.isStopped() && !ending) {
            eventReporter.flush();
            System.exit(LOST);
        }
    }

    private void execute(WorkerCommand command, List<Integer> descriptors) throws IOException {
        switch (command) {
            case WorkerCommand.Serve _ -> throw new IOException("the supervisor has sent the first command twice");
            case WorkerCommand.SetAccepting accept -> accept(accept.allowed());
            case WorkerCommand.AcceptOne next -> acceptOne(next.number());
            case WorkerCommand.RejectExcess turn ->
                server.reconfigure(options -> options.withOnFull(turn.full() ? OnFull.REJECT : OnFull.WAIT));
            case WorkerCommand.ChangeLimits now -> server.reconfigure(options -> limits.apply(options, now));
            case WorkerCommand.TakeConnection take -> workerMain.takes(take, descriptors.getFirst());
            case WorkerCommand.AnswerDatagram ask ->
                Thread.ofPlatform().name("polyserve-datagram").start(() -> eventReporter.answer(ask));
            case WorkerCommand.CutInput cut -> eventReporter.cutInput(cut.id());
            case WorkerCommand.Abort abort -> eventReporter.abort(abort.id());
            case WorkerCommand.Drain drain -> end(Duration.ofMillis(drain.millis()));
            case WorkerCommand.TakeSelfSigned made -> SelfSignedCertificate.take(made.encoded());
            case WorkerCommand.CheckTls asked ->
                eventReporter.event(new WorkerEventMessage.TlsChecked(asked.number(), problem(asked.tls())));
            case WorkerCommand.ReplaceTls now -> replaceTls(now.tls());
            case WorkerCommand.ReportFigures _ -> workerMain.reportFigures();
            case WorkerCommand.DumpThreads _ -> tell(dump());
        }
    }

    /// Why the certificates cannot be used, in one sentence.
    private static Optional<String> problem(Tls tls) {
        try {
            var _ = TlsEngines.of(tls, List.of(), TlsEngines.Role.WORKER, _ -> {}, _ -> Optional.empty());
            return Optional.empty();
        } catch (TlsFileException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void replaceTls(Tls tls) {
        try {
            server.replaceTls(tls);
        } catch (IOException e) {
            // One of the workers could read them; this one cannot, or they have changed since.
            System.getLogger("dev.polyserve").log(System.Logger.Level.WARNING,
                    "a worker process keeps its certificates: " + e.getMessage());
        }
    }

    private void acceptOne(long number) {
        one = Optional.of(Thread.ofPlatform().name("polyserve-one").start(() -> {
            try {
                RequestResult how = server.handleRequest(FOR_LONG);
                if (how != RequestResult.TIMED_OUT) {
                    eventReporter.event(new WorkerEventMessage.RequestHandled(number, how));
                }
            } catch (InterruptedException withdrawn) {
                Thread.currentThread().interrupt();
            } catch (IllegalStateException e) {
                // The server ends; the supervisor sends the request to another worker.
                assert server.isStopped() || ending : e;
            } catch (IOException e) {
                throw new UncheckedIOException("this worker cannot serve", e);
            }
        }));
    }

    private void withdrawOne() throws IOException {
        if (one.isPresent()) {
            one.get().interrupt();
            try {
                one.get().join();
            } catch (InterruptedException e) {
                throw new IOException("interrupted while it stops accepting", e);
            }
        }
    }

    private void accept(boolean allowed) throws IOException {
        withdrawOne();
        if (!ending) {
            if (!allowed) {
                server.pause();
            } else if (started) {
                server.resume();
            } else {
                started = true;
                server.start();
            }
        }
        // Acknowledge after the accept loop's next turn: by then it has reported every connection that it accepted
        // before.
        if (started || one.isPresent()) {
            var _ = server.pulse().thenRun(() -> eventReporter.event(new WorkerEventMessage.CommandAcknowledged()));
        } else {
            eventReporter.event(new WorkerEventMessage.CommandAcknowledged());
        }
    }

    /// Ends the worker. A later command can only bring the deadline forward.
    private void end(Duration deadline) {
        long until = System.nanoTime() + ServerContext.nanos(deadline);
        if (!ending || until - endNanos < 0) {
            ending = true;
            endNanos = until;
            workerMain.exit(server, deadline);
        }
    }

    /// Ends the worker when the supervisor is gone or has closed the channel: the server accepts no more, and open
    /// connections have the time of any drain.
    private void orphaned() throws IOException {
        workerMain.signals().orphaned(() -> workerMain.exit(server, Duration.ZERO));
        end(server.options().timeouts().drain());
        try {
            Thread.currentThread().join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted while the worker ends", e);
        }
    }

    /// Sends a dump in pieces, each of which fits into a message.
    private void tell(String dump) {
        for (int from = 0; from < dump.length(); from += PIECE_CHARACTERS) {
            eventReporter.event(new WorkerEventMessage.ThreadDump(
                    dump.substring(from, Math.min(dump.length(), from + PIECE_CHARACTERS))));
        }
    }

    /// A dump of all threads. The accept loop comes first, with the coroutine that it runs, which no list of threads
    /// contains.
    private String dump() {
        return "the accept loop, " + acceptLoop.name() + "\n" + text(acceptLoop.stack()) + "\n"
                + Thread.getAllStackTraces().entrySet().stream().map(WorkerCommandLoop::text).sorted()
                        .collect(Collectors.joining("\n"));
    }

    private static String text(Map.Entry<Thread, StackTraceElement[]> thread) {
        return "\"" + thread.getKey().getName() + "\" " + thread.getKey().getState() + "\n" + text(thread.getValue());
    }

    private static String text(StackTraceElement... stack) {
        return Arrays.stream(stack).map(frame -> "    at " + frame).collect(Collectors.joining("\n"));
    }
}
