package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ExternallyServedConversation;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.BlockingSocket;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.PollableStream;
import dev.polyserve.run.Runner;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection that a worker has accepted and serves, as its supervisor sees it: the server's limits, listeners and
/// futures treat it like a connection of the supervisor. It has no bytes here and cannot be read or written; closing it
/// ends it in the worker.
///
/// ```
///   early events queued ──prepared, begun──▶ events forwarded to its conversation ──ConnectionClosed, lost──▶ over
/// ```
///
/// **Thread**: the supervisor's loop, except [#end], [#cutInput], [#shutdown].
final class WorkerServedConnection
        implements
            StreamSocket,
            SocketControl,
            AddressPair,
            ExternallyServedConversation.RemoteControl,
            Worker.Assignment {
    private final Worker worker;
    private final WorkerEventMessage.ConnectionAccepted came;
    private final Runner.Admission admission;
    private final List<WorkerEventMessage> early = new ArrayList<>();
    private @Nullable ExternallyServedConversation conversation;
    private @Nullable ServerContext context;
    private @Nullable IOException lost;
    private boolean begun;

    WorkerServedConnection(Worker worker, WorkerEventMessage.ConnectionAccepted came, Runner.Admission admission) {
        this.admission = admission;
        this.worker = worker;
        this.came = came;
    }

    /// Its conversation, which receives the queued early events as soon as it begins.
    Runner.Prepared prepared(ServerContext serverContext, Conversation.Identity identity) {
        var delegated = new ExternallyServedConversation(serverContext, identity, this);
        conversation = delegated;
        context = serverContext;
        return new Runner.Prepared() {
            @Override
            public Conversation conversation() {
                return delegated;
            }

            @Override
            public Runner.Admission admission() {
                return admission;
            }

            @Override
            public void begin() {
                begun = true;
                early.forEach(event -> tell(delegated, event));
                early.clear();
                if (lost != null) {
                    tellLost(delegated, lost);
                }
            }
        };
    }

    @Override
    public void told(WorkerEventMessage event) {
        ExternallyServedConversation known = conversation;
        if (known == null || !begun) {
            early.add(event);
        } else {
            tell(known, event);
        }
    }

    private void tell(ExternallyServedConversation known, WorkerEventMessage event) {
        switch (event) {
            case WorkerEventMessage.HandlerStarted opened -> {
                opened.tls().ifPresent(known::secured);
                boolean unused = known.begins();
                assert unused || known.isDone();
            }
            case WorkerEventMessage.HandlerFailed threw -> known.failed(threw.failure().asThrowable());
            case WorkerEventMessage.ConnectionRejected rejected -> {
                // Its end follows, with the cause.
                if (context != null) {
                    context.listener().rejected(known, rejected.limit());
                }
            }
            case WorkerEventMessage.ConnectionClosed over -> {
                known.moved(over.bytesIn(), over.bytesOut());
                over.tls().ifPresent(known::secured);
                known.ends(over.cause());
            }
            case WorkerEventMessage.Ready _, WorkerEventMessage.ConnectionTaken _, WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.DatagramAnswered _, WorkerEventMessage.CommandAcknowledged _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.EndRequested _, WorkerEventMessage.Heartbeat _, WorkerEventMessage.TlsChecked _, WorkerEventMessage.LimitReached _, WorkerEventMessage.AcceptFailed _, WorkerEventMessage.ListenerDown _, WorkerEventMessage.DatagramFailed _, WorkerEventMessage.LoopStalled _, WorkerEventMessage.ThreadDump _ ->
                throw new IllegalArgumentException("not about a connection that was accepted: " + event);
        }
    }

    @Override
    public void lost(IOException why) {
        lost = why;
        ExternallyServedConversation known = conversation;
        if (known != null && begun) {
            tellLost(known, why);
        }
    }

    private static void tellLost(ExternallyServedConversation known, IOException why) {
        if (!known.isDone()) {
            known.failed(why);
            known.ends(new Cause.Failed(why));
        }
    }

    // --- ending it in the worker ---

    @Override
    public boolean mayHaveBegun() {
        return true;
    }

    @Override
    public void end() {
        worker.command(new WorkerCommand.Abort(came.id()));
    }

    @Override
    public void cutInput() {
        worker.command(new WorkerCommand.CutInput(came.id()));
    }

    @Override
    public void shutdown() {
        end();
    }

    @Override
    public boolean endOutput(boolean closes) {
        end();
        return true;
    }

    @Override
    public void close(boolean unread) {
        end();
    }

    @Override
    public SocketControl control() {
        return this;
    }

    // --- its properties ---

    @Override
    public AddressPair ends() {
        return this;
    }

    @Override
    public SocketAddress peer() {
        return came.peer();
    }

    @Override
    public SocketAddress local() {
        return came.local();
    }

    @Override
    public Optional<ConnectionInfo.Credentials> peerCredentials() {
        return came.credentials();
    }

    // --- unsupported operations ---

    @Override
    public void blocking(boolean waits) {
        throw notHere();
    }

    @Override
    public int read(ByteBuffer into) {
        throw notHere();
    }

    @Override
    public StreamSocket unowned() {
        throw notHere();
    }

    @Override
    public BlockingSocket waiting() {
        throw notHere();
    }

    @Override
    public PollableStream source() {
        throw notHere();
    }

    @Override
    public int write(ByteBuffer bytes) {
        throw notHere();
    }

    private IllegalStateException notHere() {
        return new IllegalStateException("the bytes of " + PrintableAddress.shown(came.peer()) + " are at " + worker);
    }
}
