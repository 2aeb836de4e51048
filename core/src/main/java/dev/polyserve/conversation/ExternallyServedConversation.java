package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.InetdCommand;
import dev.polyserve.Limit;
import dev.polyserve.TlsInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection that another process serves, with the socket or a copy of it.
///
/// ```
///   QUEUED ──begins──▶ RUNNING ──ends──▶ OVER
///      └────────────ends, rejected────────▲
/// ```
///
/// The code that has delegated the connection reports its progress here. The serving process enforces the time limits,
/// except that of the whole conversation, which is enforced here, too.
///
/// **Thread**: [#begins], [#moved], [#secured], [#failed] and [#ends] are called by one thread at a time.
public final class ExternallyServedConversation extends Conversation {
    /// Controls the connection in the serving process.
    public interface RemoteControl {
        /// Ends it at once; the outcome is reported with [ExternallyServedConversation#ends]. **Thread**: any.
        void end();

        /// Makes its handler read the end of input. **Thread**: any.
        void cutInput();

        /// Whether it was sent to the serving process, so that its handler may have begun before
        /// [ExternallyServedConversation#begins] is called. **Thread**: any.
        default boolean mayHaveBegun() {
            return false;
        }

        /// The server's limits have changed: checks the new ones now. **Thread**: any.
        default void limitsChanged() {
            // A worker process receives the new limits itself.
        }
    }

    private final RemoteControl elsewhere;
    private boolean begun;
    private volatile InetdCommand.@Nullable Exit exit;
    private volatile @Nullable TlsInfo tls;

    /// Creates a conversation that `elsewhere` is going to control.
    public ExternallyServedConversation(ServerContext context, Identity identity, RemoteControl elsewhere) {
        super(context, identity);
        this.elsewhere = elsewhere;
    }

    /// Its handler begins.
    ///
    /// @return false when it was ended before
    public boolean begins() {
        begun = begun || begin(null);
        return begun;
    }

    /// Adds to the bytes received and sent.
    public void moved(long in, long out) {
        addIn(in);
        addOut(out);
    }

    /// Records what the serving process has negotiated.
    public void secured(TlsInfo negotiated) {
        tls = negotiated;
    }

    @Override
    public Optional<TlsInfo> tls() {
        return Optional.ofNullable(tls);
    }

    /// Marks it as quiet from now on; called again after more was moved. A draining server then ends its input. Not
    /// called when the serving process itself ends the input.
    public void quiet() {
        waitsFor(Limit.READ);
    }

    /// Records the exit of the command that served it.
    public void exited(InetdCommand.Exit how) {
        waited();
        exit = how;
    }

    @Override
    public Optional<InetdCommand.Exit> exit() {
        return Optional.ofNullable(exit);
    }

    /// Reports an exception of its handler.
    public void failed(Throwable error) {
        context.listener().failed(this, error);
    }

    /// Ends it, for this reason if none was settled before; a second call has no effect.
    public void ends(Cause why) {
        if (!begun) {
            boolean _ = hasFailed(why) ? failEarly(why) : reject(why);
        } else if (!isDone()) {
            settle(why);
            complete(true);
        }
    }

    /// Whether it has failed by itself, as in its handshake, rather than being refused.
    private static boolean hasFailed(Cause why) {
        return switch (why) {
            case Cause.Failed _, Cause.PeerReset _ -> true;
            case Cause.Done _, Cause.TimedOut _, Cause.LimitReached _, Cause.Stopped _ -> false;
        };
    }

    /// Once the connection may have begun, only the serving process can end it.
    @Override
    boolean endUnbegun(Cause why, boolean told) {
        return !elsewhere.mayHaveBegun() && super.endUnbegun(why, told);
    }

    @Override
    public void limitsChanged() {
        super.limitsChanged();
        elsewhere.limitsChanged();
    }

    /// The serving process enforces the limits of its waits.
    @Override
    ReadinessAtDeadline pending(boolean toWrite) {
        return ReadinessAtDeadline.NO;
    }

    @Override
    void shutdown() {
        elsewhere.end();
    }

    @Override
    void endInPlace() {
        Cause why = cause();
        if (why == null || !endUnbegun(why, false)) {
            elsewhere.end();
        }
    }

    @Override
    void discard() {
        elsewhere.end();
    }

    @Override
    void cutInput() {
        elsewhere.cutInput();
    }
}
