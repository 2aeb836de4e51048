package dev.polyserve.conformance;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.util.function.Supplier;

/// A service of the contract's tests, written in each style with the same behaviour.
///
/// @param handler creates the handler of a connection
/// @param protocol creates the protocol of a connection
/// @param messages creates the handler of a connection's messages
record TestService(Supplier<? extends Handler> handler, Supplier<? extends Protocol> protocol, Messages<?> messages) {
    /// The length after which the numbered stream repeats.
    private static final int PERIOD = 2048;

    /// A codec, and a factory of handlers of its messages.
    ///
    /// @param codec splits the input into messages
    /// @param factory creates the handler of a connection
    record Messages<T>(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory) {
        private ServerBuilder on(ServerBuilder builder) {
            return builder.messageHandler(codec, factory);
        }
    }

    /// A service whose messages are the pieces in which the input arrives, handled by the protocol.
    TestService(Supplier<? extends Handler> handler, Supplier<? extends Protocol> protocol) {
        this(handler, protocol, ProtocolAsMessageHandler.of(protocol));
    }

    /// A service of messages only.
    static <T> TestService ofMessages(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory) {
        return new TestService(echo().handler, echo().protocol, new Messages<>(codec, factory));
    }

    /// Sends back the bytes that it receives.
    static TestService echo() {
        return new TestService(() -> TestService::echo, () -> (input, output) -> output.write(input.takeAll()),
                new Messages<>(ProtocolAsMessageHandler.PIECES, () -> (piece, client) -> client.write(piece)));
    }

    /// Answers each line in upper case. The line `exit` ends the connection; `boom` throws.
    static TestService upper() {
        return new TestService(() -> TestService::upper, () -> Protocol.framed(Framing.lines(), TestService::upper),
                new Messages<>(Framing.lines(), () -> (line, client) -> {
                    upper(line, client);
                    if (line.equals("exit")) {
                        client.close();
                    }
                }));
    }

    /// Sends `welcome`, then behaves as [#echo].
    static TestService greeting() {
        return new TestService(() -> connection -> {
            connection.writeLine("welcome");
            echo(connection);
        }, Greeting::new);
    }

    /// Waits for the peer's end, then sends the number of bytes received and the given number of zeros.
    static TestService answerAtTheEnd(int zeros) {
        return new TestService(() -> connection -> {
            long count = 0;
            byte[] into = new byte[8192];
            for (int got; (got = connection.read(into)) >= 0;) {
                count += got;
            }
            connection.writeLine(Long.toString(count));
            connection.write(new byte[zeros]);
        }, () -> new AnswerAtTheEnd(zeros));
    }

    /// Ends the connection at once.
    static TestService closes() {
        return new TestService(() -> _ -> {
        }, Closing::new);
    }

    /// Sends the given number of numbered bytes after the first byte received.
    static TestService produces(int bytes) {
        return new TestService(() -> connection -> {
            connection.readByte();
            byte[] piece = new byte[4096];
            for (int sent = 0; sent < bytes; sent += piece.length) {
                number(piece, sent);
                connection.write(piece, 0, Math.min(piece.length, bytes - sent));
            }
        }, () -> new Producing(bytes));
    }

    /// Sends the given number of numbered bytes in one write after the first byte received, and ends.
    static TestService answersAndEnds(int bytes) {
        byte[] answer = new byte[bytes];
        number(answer, 0);
        return new TestService(() -> connection -> {
            connection.readByte();
            connection.write(answer);
        }, () -> (_, output) -> {
            output.write(answer);
            output.close();
        });
    }

    /// Fills an array with the bytes at `position` of the numbered stream.
    static void number(byte[] piece, int position) {
        int first = Math.min(piece.length, PERIOD);
        for (int i = 0; i < first; i++) {
            piece[i] = (byte) (((position + i) * 31) >>> 3);
        }
        for (int filled = first; filled < piece.length; filled += filled) {
            System.arraycopy(piece, 0, piece, filled, Math.min(filled, piece.length - filled));
        }
    }

    /// Sets this service in the builder, in the given style.
    ServerBuilder on(ServerBuilder builder, HandlerStyle style) {
        return switch (style) {
            case HANDLER -> builder.handler(handler);
            case PROTOCOL -> builder.protocol(protocol);
            case MESSAGES -> messages.on(builder);
            case DATAGRAMS -> throw new IllegalArgumentException("a stream service has no datagram style");
        };
    }

    static void echo(Connection connection) throws IOException {
        byte[] into = new byte[8192];
        for (int count; (count = connection.read(into)) >= 0;) {
            connection.write(into, 0, count);
        }
    }

    private static void upper(Connection connection) throws IOException {
        for (String line; (line = connection.readLine()) != null;) {
            upper(line, connection);
            if (line.equals("exit")) {
                return;
            }
        }
    }

    private static void upper(String line, Output output) throws IOException {
        if (line.equals("boom")) {
            throw new IllegalStateException("boom");
        }
        output.writeLine(line.toUpperCase(java.util.Locale.ROOT));
        if (line.equals("exit") && !(output instanceof Connection)) {
            output.close();
        }
    }

    private static final class Greeting implements Protocol {
        @Override
        public void opened(Output output) throws IOException {
            output.writeLine("welcome");
        }

        @Override
        public void received(Input input, Output output) throws IOException {
            output.write(input.takeAll());
        }
    }

    private static final class AnswerAtTheEnd implements Protocol {
        private final int zeros;
        private long count;

        AnswerAtTheEnd(int zeros) {
            this.zeros = zeros;
        }

        @Override
        public void received(Input input, Output output) {
            count += input.takeAll().remaining();
        }

        @Override
        public void ended(Output output) throws IOException {
            output.writeLine(Long.toString(count));
            output.write(new byte[zeros]);
            output.close();
        }
    }

    private static final class Closing implements Protocol {
        @Override
        public void opened(Output output) throws IOException {
            output.close();
        }

        @Override
        public void received(Input input, Output output) {
            throw new IllegalStateException("called after close()");
        }
    }

    /// Writes up to the high-water mark, and continues when the output has drained.
    private static final class Producing implements Protocol {
        private static final int MARK_BYTES = 64 << 10;

        private final int bytes;
        private final byte[] piece = new byte[4096];
        private int sent;

        Producing(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void received(Input input, Output output) throws IOException {
            input.skip(input.available());
            produce(output);
        }

        @Override
        public void drained(Output output) throws IOException {
            produce(output);
        }

        @Override
        public void ended(Output output) {
            // The rest is still sent; produce() closes the connection.
        }

        private void produce(Output output) throws IOException {
            while (sent < bytes && output.pendingBytes() < MARK_BYTES) {
                number(piece, sent);
                output.write(piece, 0, Math.min(piece.length, bytes - sent));
                sent += piece.length;
            }
            if (sent >= bytes) {
                output.close();
            }
        }
    }
}
