package dev.polyserve.cli.services;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a reader sees after a write has failed.
@Timeout(30)
class SocketUpstreamTest {
    @FunctionalInterface
    private interface Ending {
        void end(Socket peer) throws IOException;
    }

    /// The peer sends "answer" and ends; then a write fails, and what is left is read.
    private static String readAfterAFailedWrite(Ending ending) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SocketChannel channel = SocketChannel.open(
                        new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()))) {
            Socket peer = listener.accept();
            peer.getOutputStream().write("answer".getBytes(US_ASCII));
            ending.end(peer);
            SocketUpstream upstream = new SocketUpstream(channel, BrokenPipe.ofThisProcess());
            Throwable failure;
            do {
                failure = catchThrowable(() -> upstream.write(ByteBuffer.wrap(new byte[1])));
            } while (failure == null);
            assertThat(failure).isInstanceOf(IOException.class);
            return onAVirtualThread(() -> textToTheEnd(upstream));
        }
    }

    private static String textToTheEnd(SocketUpstream upstream) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        ByteBuffer bytes = ByteBuffer.allocate(100);
        while (upstream.read(bytes.clear()) >= 0) {
            text.append(US_ASCII.decode(bytes.flip()));
        }
        return text.toString();
    }

    private static <T> T onAVirtualThread(Callable<T> call) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        }
    }

    @Test
    void aResetThatAWriteHasReportedIsNotReadAsTheEnd() {
        assertThatThrownBy(() -> readAfterAFailedWrite(peer -> {
            peer.setSoLinger(true, 0);
            peer.close();
        })).isInstanceOf(IOException.class).hasMessageContaining("reset");
    }

    @Test
    void aWholeAnswerIsReadToItsEndAfterABrokenPipe() throws Exception {
        assertThat(readAfterAFailedWrite(Socket::close)).isEqualTo("answer");
    }
}
