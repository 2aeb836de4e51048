package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Sends random bytes over TLS in random pieces, reads them back meanwhile, ends its side, and expects the end.
///
/// @param address of the server
/// @param context that trusts the server
/// @param seed of the random numbers
/// @param totalBytes number of bytes to send
record TlsClient(InetSocketAddress address, SSLContext context, long seed, int totalBytes) implements Callable<Void> {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int LONGEST_PIECE_BYTES = 40_000;

    @Override
    public Void call() throws Exception {
        try (SSLSocket socket = connected(address, context); var writer = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            var random = new Random(seed);
            byte[] bytes = new byte[totalBytes];
            random.nextBytes(bytes);
            Future<Void> sent = writer.submit(() -> send(bytes, socket.getOutputStream(), random));
            InputStream in = socket.getInputStream();
            byte[] echoed = in.readNBytes(totalBytes);
            sent.get();
            assertThat(echoed).as("what came back to %s", this).isEqualTo(bytes);
            socket.shutdownOutput();
            assertThat(in.read()).as("what follows the reply to %s", this).isEqualTo(-1);
            return null;
        }
    }

    private static Void send(byte[] bytes, OutputStream out, Random random) throws IOException {
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(1 + random.nextInt(LONGEST_PIECE_BYTES), bytes.length - at);
            out.write(bytes, at, length);
            at += length;
        }
        return null;
    }

    /// A client after its handshake.
    static SSLSocket connected(InetSocketAddress address, SSLContext context) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.connect(address);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.startHandshake();
        return socket;
    }

    /// A context that trusts nothing but the certificate.
    static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            store.setCertificateEntry("peer", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
