package dev.polyserve.cli.proxy;

import dev.polyserve.Endpoint;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import dev.polyserve.tls.RefusedHandshakeException;
import java.io.IOException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/// A connect to an upstream has failed; the message is one sentence for the operator of the proxy.
final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Origin origin;

    /// What has failed.
    private enum Origin {
        UPSTREAM, LOCAL_PORTS, PROCESS
    }

    private UpstreamException(String sentence, Origin origin, ConnectException cause) {
        super(sentence, cause);
        this.origin = origin;
    }

    /// Explains a failure.
    static UpstreamException of(Endpoint upstream, ConnectException why) {
        RefusedHandshakeException refused = cause(why, RefusedHandshakeException.class);
        return new UpstreamException(
                refused == null ? String.valueOf(why.getMessage()) : sentence(upstream, refused),
                origin(why), why);
    }

    private static Origin origin(ConnectException why) {
        if (cause(why, ResourceExhaustedException.class) != null) {
            return Origin.PROCESS;
        }
        UnreachableException unreachable = cause(why, UnreachableException.class);
        return unreachable != null && unreachable.isOfLocalPorts() ? Origin.LOCAL_PORTS : Origin.UPSTREAM;
    }

    /// Whether this process lacked descriptors or memory, so that no other upstream can be reached either.
    boolean isOfThisProcess() {
        return origin == Origin.PROCESS;
    }

    /// Whether it says something about the upstream, rather than about this process, or about this machine's local ports, of which
    /// each upstream can have all.
    boolean isOfUpstream() {
        return origin == Origin.UPSTREAM;
    }

    private static String sentence(Endpoint upstream, RefusedHandshakeException refused) {
        return "cannot connect to " + upstream + ": " + switch (refused.reason()) {
            case UNTRUSTED ->
                RefusedHandshakeException.untrusted() + "with --upstream-ca FILE" + inParentheses(refused);
            case OTHER_NAME -> "the server's certificate is not for " + host(upstream)
                    + "; name the upstream as its certificate does" + inParentheses(refused);
            case OTHER -> String.valueOf(refused.getMessage());
        };
    }

    private static String inParentheses(RefusedHandshakeException refused) {
        return refused.certificateText().map(text -> " (" + text + ")").orElse("");
    }

    private static String host(Endpoint upstream) {
        return upstream instanceof Endpoint.Tls tls ? tls.host() : upstream.toString();
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
