package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Cause;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ExternallyServedConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.run.ProxiedAddresses;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A connection that the supervisor has accepted and transfers to a worker by descriptor passing; the worker serves it
/// and ends.
///
/// ```
///   begun ─▶ WAITING ──a worker is idle──▶ SENT ──ConnectionTaken──▶ TAKEN ──ConnectionClosed──▶ OVER
///               ▲                            │ the worker dies           │ the worker dies
///               └──── another worker ◀───────┘                           └──▶ OVER, failed
/// ```
///
/// The supervisor keeps its copy of the descriptor open until the worker has confirmed its own copy, so that a worker
/// that dies during the transfer costs no client.
///
/// **Thread**: the supervisor's loop, except [#end] and [#cutInput].
final class TransferredConnection
        implements
            Runner.Prepared,
            ExternallyServedConversation.RemoteControl,
            Worker.Assignment,
            PendingWorkerAssignment {
    /// The most attempts to transfer a connection. A worker that dies before it takes the connection did not die of it,
    /// but the attempts must end some day.
    private static final int MOST_TRIES = 10;
    /// How long a worker may take to confirm a connection before another worker receives it.
    private static final long TAKE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// How long a worker may take to end a connection before the worker is killed.
    private static final long ABORT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private enum State {
        WAITING, SENT, TAKEN, OVER
    }

    private final ProcessPerConnectionRunner runner;
    private final DescriptorSocket socket;
    private final int slot;
    /// The PROXY header that was read from it.
    private final Optional<ProxyHeader> header;
    private final ExternallyServedConversation conversation;
    /// Written on the loop.
    private volatile State state = State.WAITING;
    private Optional<Worker> worker = Optional.empty();
    private int tries;

    TransferredConnection(ProcessPerConnectionRunner runner, ServerContext context, Conversation.Identity identity,
            DescriptorSocket socket,
            int slot) {
        this.runner = runner;
        this.socket = socket;
        this.slot = slot;
        this.header = identity.ends() instanceof ProxiedAddresses proxied
                ? Optional.of(proxied.header())
                : Optional.empty();
        this.conversation = new ExternallyServedConversation(context, identity, this);
    }

    @Override
    public Conversation conversation() {
        return conversation;
    }

    @Override
    public void begin() {
        runner.loop().assertOwner();
        runner.loop().watch(conversation);
        runner.submit(this);
    }

    @Override
    public void assign(Worker to) {
        runner.loop().assertOwner();
        state = State.SENT;
        tries++;
        worker = Optional.of(to);
        to.serves(conversation.id(), this);
        to.command(new WorkerCommand.TakeConnection(conversation.id(), slot, header), socket.descriptor().number());
        runner.loop().schedule(TAKE_NANOS, () -> runner.killIf(to, () -> waitsFor(to),
                "it did not take a connection within " + TimeUnit.NANOSECONDS.toMillis(TAKE_NANOS) + " ms"));
    }

    private boolean waitsFor(Worker one) {
        return state == State.SENT && worker.filter(one::equals).isPresent();
    }

    @Override
    public boolean isOver() {
        return conversation.isDone();
    }

    @Override
    public void told(WorkerEventMessage event) {
        runner.loop().assertOwner();
        switch (event) {
            case WorkerEventMessage.ConnectionTaken _ -> {
                state = State.TAKEN;
                closeOurs();
                if (runner.isDraining() || worker.filter(serving -> serving.retiring).isPresent()) {
                    drains();
                }
            }
            case WorkerEventMessage.HandlerStarted started -> {
                started.tls().ifPresent(conversation::secured);
                if (!conversation.begins()) {
                    end();
                }
            }
            case WorkerEventMessage.HandlerFailed threw -> conversation.failed(threw.failure().asThrowable());
            case WorkerEventMessage.ConnectionClosed over -> {
                conversation.moved(over.bytesIn(), over.bytesOut());
                over.tls().ifPresent(conversation::secured);
                ends(over.cause());
                worker.ifPresent(runner::spent);
            }
            case WorkerEventMessage.ConnectionRejected rejected ->
                runner.context().listener().rejected(conversation, rejected.limit());
            case WorkerEventMessage.Ready _, WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.DatagramAnswered _, WorkerEventMessage.CommandAcknowledged _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.EndRequested _, WorkerEventMessage.Heartbeat _, WorkerEventMessage.TlsChecked _, WorkerEventMessage.LimitReached _, WorkerEventMessage.AcceptFailed _, WorkerEventMessage.ListenerDown _, WorkerEventMessage.DatagramFailed _, WorkerEventMessage.LoopStalled _, WorkerEventMessage.ThreadDump _ ->
                throw new IllegalArgumentException("not about a connection that was handed over: " + event);
        }
    }

    /// Drains the worker, which knows whether the connection is quiet, also in its handshake, and notifies a handler that checks
    /// for a drain. It receives the command once it has the connection.
    @Override
    public void drains() {
        if (state == State.TAKEN) {
            worker.ifPresent(serving -> serving.command(runner.drainCommand()));
        }
    }

    @Override
    public void lost(IOException why) {
        runner.loop().assertOwner();
        worker = Optional.empty();
        if (state == State.SENT && tries < MOST_TRIES && !conversation.isDone()) {
            state = State.WAITING;
            runner.submit(this);
            return;
        }
        if (!conversation.isDone()) {
            boolean ours = conversation.cause() == null;
            if (ours) {
                conversation.failed(why);
            }
            ends(new Cause.Failed(why));
        }
        closeOurs();
    }

    @Override
    public boolean mayHaveBegun() {
        return state == State.SENT || state == State.TAKEN;
    }

    @Override
    public void end() {
        runner.loop().post(this::endNow);
    }

    private void endNow() {
        runner.loop().assertOwner();
        switch (state) {
            case WAITING -> {
                runner.withdraw(this);
                ends(new Cause.Stopped());
                closeOurs();
            }
            case SENT, TAKEN -> {
                Worker serving = worker.orElseThrow();
                serving.command(new WorkerCommand.Abort(conversation.id()));
                runner.loop().schedule(ABORT_NANOS, () -> {
                    if (state != State.OVER) {
                        runner.kill(serving, "its connection was to end");
                    }
                });
            }
            case OVER -> {
                // The worker has ended meanwhile.
            }
        }
    }

    private void ends(Cause why) {
        state = State.OVER;
        conversation.ends(why);
    }

    @Override
    public void cutInput() {
        runner.loop()
                .post(() -> worker
                        .ifPresent(serving -> serving.command(new WorkerCommand.CutInput(conversation.id()))));
    }

    private void closeOurs() {
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is released whatever close reports.
            socket.shutdown();
        }
    }
}
