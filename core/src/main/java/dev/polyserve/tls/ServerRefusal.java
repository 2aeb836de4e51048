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

/// Why a client's handshake of TLS has failed, as a sentence for the user: the reason and the remedy.
public final class ServerRefusal {
    private ServerRefusal() {}

    /// The sentence, without the endpoint.
    ///
    /// @param host the name that the certificate must have
    public static String of(IOException failure, String host) {
        if (cause(failure, CertificateExpiredException.class) != null) {
            return "the server's certificate has expired; renew it there";
        }
        if (cause(failure, CertificateNotYetValidException.class) != null) {
            return "the server's certificate is not valid yet; check the clocks of both machines";
        }
        if (cause(failure, CertPathBuilderException.class) != null
                || cause(failure, CertPathValidatorException.class) != null) {
            return "the server's certificate is not signed by an authority that is trusted here; give the authority's"
                    + " certificate, or a self-signed one itself, with Tls.client().withAuthorities(…)";
        }
        CertificateException wrong = cause(failure, CertificateException.class);
        if (wrong != null) {
            return "the server's certificate is not for " + host
                    + "; connect to the name that it is for, or give that with"
                    + " Tls.client().withServerName(…) (" + wrong.getMessage() + ")";
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
