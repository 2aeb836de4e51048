package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Command;
import dev.polyserve.Limit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection that is served elsewhere: by another process, which has the socket or a copy of it.
///
/// ```
///   QUEUED ──begins──▶ RUNNING ──ends──▶ OVER
///      └────────────ends, rejected────────▲
/// ```
///
/// Whoever has sent it there tells how it goes on. The limits of time are kept where it is served, but for the time that a
/// conversation may take in all, which is kept here, too.
///
/// **Thread**: [#begins], [#moved], [#failed] and [#ends] are called by one thread at a time.
public final class DelegatedConversation extends Conversation {
    /// Where it is served.
    public interface RemoteControl {
        /// Ends it at once; what comes of that is told with [DelegatedConversation#ends]. **Thread**: any.
        void end();

        /// Lets it see the end of its input. **Thread**: any.
        void cutInput();

        /// Whether it has been sent there, so that its handler may have begun before that is told. **Thread**: any.
        default boolean mayHaveBegun() {
            return false;
        }
    }

    private final RemoteControl elsewhere;
    private boolean begun;
    private volatile Command.@Nullable Exit exit;

    /// A conversation that is going to be held there.
    public DelegatedConversation(ServerContext context, Identity identity, RemoteControl elsewhere) {
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

    /// So many bytes more were received and sent.
    public void moved(long in, long out) {
        countIn(in);
        countOut(out);
    }

    /// From now on it is quiet, until this is called again after more was moved: a server that drains then ends its input. Not for
    /// one whose input is ended where it is served.
    public void quiet() {
        waitsFor(Limit.READ);
    }

    /// What has served it has ended.
    public void exited(Command.Exit how) {
        waited();
        exit = how;
    }

    @Override
    public Optional<Command.Exit> exit() {
        return Optional.ofNullable(exit);
    }

    /// Its handler threw this.
    public void failed(Throwable error) {
        context.listener().failed(this, error);
    }

    /// It is over, for this reason if none was settled before; harmless the second time.
    public void ends(Cause why) {
        if (!begun) {
            reject(why);
        } else if (!isDone()) {
            settle(why);
            complete(true);
        }
    }

    /// Who serves it knows whether its handler has begun, and ends it.
    @Override
    boolean endUnbegun(Cause why) {
        return !elsewhere.mayHaveBegun() && super.endUnbegun(why);
    }

    /// The limits of its waits are kept where it is served.
    @Override
    ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    @Override
    void shutdown() {
        elsewhere.end();
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
