package dev.polyserve.tls;

import java.io.EOFException;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The handshake of TLS with a server has failed; the message is a sentence for the user, without the endpoint: the reason, and what a
/// program does about it.
public final class RefusedHandshakeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /// Why it has failed, for a caller with another remedy.
    public enum Reason {
        /// The certificate is not signed by a trusted authority.
        UNTRUSTED,
        /// The certificate is for other names.
        OTHER_NAME,
        /// Any other reason, which the server's side is to mend.
        OTHER
    }

    private RefusedHandshakeException(Reason reason, String sentence, IOException cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    /// Explains a failure.
    ///
    /// @param why what the handshake has thrown
    /// @param host the name that the certificate must have
    /// @param cause the cause of the exception
    public static RefusedHandshakeException of(IOException why, String host, IOException cause) {
        Reason reason = reasonOf(why);
        return new RefusedHandshakeException(reason, switch (reason) {
            case UNTRUSTED -> untrusted() + "with Tls.client().withAuthorities(…)";
            case OTHER_NAME -> "the server's certificate is not for " + host
                    + "; connect to the name that it is for, or give that with Tls.client().withServerName(…) ("
                    + wrongName(why) + ")";
            case OTHER -> sentence(why);
        }, cause);
    }

    /// The beginning of the sentence for [Reason#UNTRUSTED]; how to give the certificate follows.
    public static String untrusted() {
        return "the server's certificate is not signed by an authority that is trusted here; give the authority's"
                + " certificate, or a self-signed one itself, ";
    }

    /// Why it has failed.
    public Reason reason() {
        return reason;
    }

    private static Reason reasonOf(IOException failure) {
        if (isOutOfDate(failure)) {
            return Reason.OTHER;
        }
        if (cause(failure, CertPathBuilderException.class) != null
                || cause(failure, CertPathValidatorException.class) != null) {
            return Reason.UNTRUSTED;
        }
        return cause(failure, CertificateException.class) == null ? Reason.OTHER : Reason.OTHER_NAME;
    }

    private static boolean isOutOfDate(IOException failure) {
        return cause(failure, CertificateExpiredException.class) != null
                || cause(failure, CertificateNotYetValidException.class) != null;
    }

    private static String wrongName(IOException failure) {
        CertificateException wrong = cause(failure, CertificateException.class);
        return wrong == null ? "" : String.valueOf(wrong.getMessage());
    }

    private static String sentence(IOException failure) {
        if (cause(failure, CertificateExpiredException.class) != null) {
            return "the server's certificate has expired; renew it there";
        }
        if (cause(failure, CertificateNotYetValidException.class) != null) {
            return "the server's certificate is not valid yet; check the clocks of both machines";
        }
        String why = String.valueOf(failure.getMessage());
        if (why.contains("no_application_protocol")) {
            return "the server speaks none of the application protocols; offer others with withAlpn(…)";
        }
        return failure instanceof EOFException || !(failure instanceof SSLException)
                ? "the server ended the connection during the TLS handshake, perhaps because it refuses the client's"
                        + " certificate or wants one; see its log"
                : why + "; see the server's log";
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
