package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.text.PrintableText;
import dev.polyserve.tls.RefusedHandshakeException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Begins TLS on a connection, as a client.
///
/// @param context what is trusted, and the client's own certificate
/// @param serverName the name that is asked for and that the certificate must have
/// @param checksName whether it must
/// @param alpn the application protocols to offer
public record ClientTlsHandshake(SSLContext context, String serverName, boolean checksName, List<String> alpn) {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    /// Runs the handshake, for ten seconds at most.
    ///
    /// @param channel connected; closed when this fails
    /// @throws ConnectCommandException when it fails
    public TlsConnection on(SocketChannel channel, Endpoint.Tls endpoint) {
        try {
            EofTrackingSocket below = new EofTrackingSocket(channel.socket());
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, serverName,
                    channel.socket().getPort(), true);
            socket.setSSLParameters(parameters(socket));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.startHandshake();
            socket.setSoTimeout(0);
            return new TlsConnection(socket, below, negotiated(socket));
        } catch (IOException e) {
            throw failure(channel, "cannot connect to " + endpoint + ": " + sentence(e), e);
        }
    }

    private static ConnectCommandException failure(SocketChannel channel, String sentence, IOException why) {
        try {
            channel.close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
        return new ConnectCommandException(sentence, why);
    }

    private SSLParameters parameters(SSLSocket socket) {
        SSLParameters parameters = socket.getSSLParameters();
        if (checksName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!ADDRESS.matcher(serverName).matches()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        return parameters;
    }

    private String negotiated(SSLSocket socket) {
        SSLSession session = socket.getSession();
        String agreed = socket.getApplicationProtocol();
        return session.getProtocol() + " " + session.getCipherSuite()
                + (agreed == null || agreed.isEmpty() ? "" : ", ALPN " + PrintableText.of(agreed))
                + certificate(session).map(own -> ", certificate of "
                        + PrintableText.of(own.getSubjectX500Principal().getName()) + " until "
                        + own.getNotAfter().toInstant()).orElse("")
                + (checksName ? "" : ", NOT CHECKED");
    }

    private static Optional<X509Certificate> certificate(SSLSession session) {
        try {
            return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private String sentence(IOException failure) {
        if (cause(failure, CertificateExpiredException.class) != null) {
            return "the server's certificate has expired: renew it there, or use --insecure for a test";
        }
        RefusedHandshakeException refused = RefusedHandshakeException.of(failure, serverName, failure);
        Optional<String> text = refused.certificateText();
        if (text.isPresent()) {
            return certificateSentence(refused.reason()) + ", or use --insecure for a test ("
                    + PrintableText.of(text.get()) + ")";
        }
        String why = String.valueOf(failure.getMessage());
        if (why.contains("no_application_protocol")) {
            return "the server speaks none of the application protocols " + String.join(", ", alpn)
                    + ": give others with --alpn";
        }
        if (why.contains("Unsupported or unrecognized SSL message")) {
            return "the server does not speak TLS: use tcp://";
        }
        if (cause(failure, SocketException.class) != null || cause(failure, EOFException.class) != null) {
            return "the server ended the connection during the TLS handshake, perhaps because it refuses the client's"
                    + " certificate or wants one: see its log";
        }
        return failure instanceof SSLException ? "the TLS handshake failed: " + why : why;
    }

    private String certificateSentence(RefusedHandshakeException.Reason reason) {
        return switch (reason) {
            case UNTRUSTED -> "the server's certificate is not signed by an authority that is trusted here: give the"
                    + " authority's certificate, or a self-signed one itself, with --ca FILE";
            case OTHER_NAME -> "the server's certificate is not for " + serverName
                    + ": give the name that it is for with --server-name";
            case OTHER -> "the server's certificate cannot be accepted: replace it there";
        };
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
