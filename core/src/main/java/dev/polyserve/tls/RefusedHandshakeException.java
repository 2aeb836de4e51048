package dev.polyserve.tls;

import java.io.EOFException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The handshake of TLS with a server has failed; the message is a sentence for the user, without the endpoint: the reason, and what a
/// program does about it.
public final class RefusedHandshakeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable String certificateText;

    /// Why it has failed, for a caller with another remedy.
    public enum Reason {
        /// The certificate is not signed by a trusted authority. [RefusedHandshakeException#certificateText] is there.
        UNTRUSTED,
        /// The certificate is for other names. [RefusedHandshakeException#certificateText] is there.
        OTHER_NAME,
        /// Any other reason, which the server's side is to mend.
        OTHER
    }

    private RefusedHandshakeException(Reason reason, @Nullable String certificateText, String sentence,
            IOException cause) {
        super(sentence, cause);
        this.reason = reason;
        this.certificateText = certificateText;
    }

    /// Explains a failure.
    ///
    /// @param why what the handshake has thrown
    /// @param host the name that the certificate must have
    /// @param cause the cause of the exception
    public static RefusedHandshakeException of(IOException why, String host, IOException cause) {
        Reason reason = reasonOf(why);
        GeneralSecurityException refusal = refusalOf(why);
        String text = refusal == null ? null : String.valueOf(refusal.getMessage());
        return new RefusedHandshakeException(reason, text, switch (reason) {
            case UNTRUSTED -> untrusted() + "with Tls.client().withAuthorities(…) (" + text + ")";
            case OTHER_NAME -> "the server's certificate is not for " + host
                    + "; connect to the name that it is for, or give that with Tls.client().withServerName(…) (" + text
                    + ")";
            case OTHER -> sentence(why, text);
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

    /// What the JDK says about the certificate; empty if that is not the reason.
    public Optional<String> certificateText() {
        return Optional.ofNullable(certificateText);
    }

    private static Reason reasonOf(IOException failure) {
        if (isOutOfDate(failure)) {
            return Reason.OTHER;
        }
        CertPathValidatorException path = cause(failure, CertPathValidatorException.class);
        if (cause(failure, CertPathBuilderException.class) != null
                || (path != null && path.getReason().equals(PKIXReason.NO_TRUST_ANCHOR))) {
            return Reason.UNTRUSTED;
        }
        return isOfName(refusalOf(failure)) ? Reason.OTHER_NAME : Reason.OTHER;
    }

    /// The JDK has no type for a wrong name. Its other reasons have types of their own, except that it cannot read a
    /// certificate, and that has a cause.
    private static boolean isOfName(@Nullable GeneralSecurityException refusal) {
        return refusal != null && refusal.getClass().equals(CertificateException.class)
                && !(refusal.getCause() instanceof IOException);
    }

    /// The innermost failure that is about the certificate, which has the shortest text.
    private static @Nullable GeneralSecurityException refusalOf(Throwable failure) {
        GeneralSecurityException last = null;
        for (Throwable one = failure; one != null; one = one.getCause()) {
            switch (one) {
                case CertificateException certificate -> last = certificate;
                case CertPathBuilderException path -> last = path;
                case CertPathValidatorException path -> last = path;
                default -> {
                    // Something else, such as the handshake that fails because of it.
                }
            }
        }
        return last;
    }

    private static boolean isOutOfDate(IOException failure) {
        return cause(failure, CertificateExpiredException.class) != null
                || cause(failure, CertificateNotYetValidException.class) != null;
    }

    private static String sentence(IOException failure, @Nullable String certificateText) {
        if (cause(failure, CertificateExpiredException.class) != null) {
            return "the server's certificate has expired; renew it there";
        }
        if (cause(failure, CertificateNotYetValidException.class) != null) {
            return "the server's certificate is not valid yet; check the clocks of both machines";
        }
        if (certificateText != null) {
            return "the server's certificate cannot be accepted (" + certificateText + "); replace it there";
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
