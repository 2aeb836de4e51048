package dev.polyserve.cli.proxy;

import dev.polyserve.Endpoint;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.tls.RefusedHandshakeException;
import java.io.IOException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/// A connect to an upstream has failed; the message is one sentence for the operator of the proxy.
final class UpstreamException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean ofThisProcess;

    private UpstreamException(String sentence, boolean ofThisProcess, ConnectException cause) {
        super(sentence, cause);
        this.ofThisProcess = ofThisProcess;
    }

    /// Explains a failure.
    static UpstreamException of(Endpoint upstream, ConnectException why) {
        RefusedHandshakeException refused = cause(why, RefusedHandshakeException.class);
        return new UpstreamException(
                refused == null ? String.valueOf(why.getMessage()) : sentence(upstream, refused),
                cause(why, ResourceExhaustedException.class) != null, why);
    }

    /// Whether this process lacked descriptors or the like, so that it says nothing about the upstream.
    boolean isOfThisProcess() {
        return ofThisProcess;
    }

    private static String sentence(Endpoint upstream, RefusedHandshakeException refused) {
        return "cannot connect to " + upstream + ": " + switch (refused.reason()) {
            case UNTRUSTED -> RefusedHandshakeException.untrusted() + "with --upstream-ca FILE";
            case OTHER_NAME -> "the server's certificate is not for " + host(upstream)
                    + "; name the upstream as its certificate does";
            case OTHER -> String.valueOf(refused.getMessage());
        };
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
