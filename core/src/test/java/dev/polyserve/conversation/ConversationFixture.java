package dev.polyserve.conversation;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/// The environment of a conversation without a server: an identity, a clock that is advanced by hand, a list of
/// failures. Write stall 10 s.
final class ConversationFixture {
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);
    private static final int MOST_PIECE_BYTES = 40;

    final AtomicLong clock = new AtomicLong();
    final List<Throwable> failures = new ArrayList<>();
    final ServerContext context = new ServerContext(
            Options.defaults().withTimeouts(times -> times.withWriteStall(Duration.ofSeconds(10))),
            new ServerListener() {
                @Override
                public void failed(ConnectionInfo connection, Throwable error) {
                    failures.add(error);
                }
            }, clock::get, _ -> {
            });

    static Conversation.Identity identity() {
        return new Conversation.Identity(1, NOWHERE, NOWHERE, Endpoint.parse("tcp://127.0.0.1:0"));
    }

    /// Pieces of one byte for seed 0, otherwise of random lengths.
    static IntSupplier pieces(int seed) {
        Random random = new Random(seed);
        return seed == 0 ? () -> 1 : () -> 1 + random.nextInt(MOST_PIECE_BYTES);
    }

    /// Lines of many lengths, with characters of several bytes.
    static String lines() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            lines.append("line ").append(i).append(" é€𝄞").append("x".repeat(7 * i)).append('\n');
        }
        return lines.toString();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
