package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Sends random bytes in random pieces, half-closes the connection, and expects the same bytes and then the end.
///
/// @param address of the server
/// @param seed of the random numbers
/// @param totalBytes number of bytes to send
/// @param endFirst true to read only after everything is sent and the output is closed
record EchoClient(InetSocketAddress address, long seed, int totalBytes, boolean endFirst) implements Callable<Void> {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int LONGEST_PIECE_BYTES = 9_000;

    @Override
    public Void call() throws Exception {
        try (var socket = new Socket(); var writer = Executors.newVirtualThreadPerTaskExecutor()) {
            socket.connect(address);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            var random = new Random(seed);
            byte[] bytes = new byte[totalBytes];
            random.nextBytes(bytes);
            Future<Void> sent = writer.submit(() -> send(bytes, socket, random));
            if (endFirst) {
                sent.get();
            }
            byte[] echoed = socket.getInputStream().readAllBytes();
            sent.get();
            assertThat(echoed).as("what came back to %s", this).isEqualTo(bytes);
            return null;
        }
    }

    private static Void send(byte[] bytes, Socket socket, Random random) throws IOException {
        OutputStream out = socket.getOutputStream();
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(1 + random.nextInt(LONGEST_PIECE_BYTES), bytes.length - at);
            out.write(bytes, at, length);
            at += length;
        }
        socket.shutdownOutput();
        return null;
    }
}
