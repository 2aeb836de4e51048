package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A client that speaks TLS, trusts every certificate, and makes a full handshake.
///
/// **Thread**: the test's.
final class TlsClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final String REQUEST = "ping\n";

    private final SSLSocket socket;

    private TlsClient(SSLSocket socket) {
        this.socket = socket;
    }

    /// Connects, and completes the handshake.
    static TlsClient connected(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustAll()}, null);
        Socket below = new Socket(InetAddress.getLoopbackAddress(), port);
        below.setSoTimeout(TIMEOUT_MILLIS);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "localhost", port, true);
        socket.startHandshake();
        return new TlsClient(socket);
    }

    /// Sends a request to a service that echoes, and requires the answer.
    ///
    /// @return how long it took
    long converses() throws IOException {
        long before = System.nanoTime();
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(REQUEST.length())).asString().isEqualTo(REQUEST);
        return System.nanoTime() - before;
    }

    /// The subject of the server's certificate.
    String certificate() throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // This is the client.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // It was made for the test.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
