package dev.polyserve.conformance;

import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.util.function.Supplier;

/// What a server does in a test, written once in each style: the same behaviour, whichever a cell takes.
///
/// @param handler makes a connection's handler
/// @param protocol makes a connection's protocol
record Role(Supplier<? extends Handler> handler, Supplier<? extends Protocol> protocol) {
    /// Sends back what it gets.
    static Role echo() {
        return new Role(() -> Role::echo, () -> (input, output) -> output.write(input.takeAll()));
    }

    /// Answers each line in upper case; the line `exit` ends the connection, and `boom` throws.
    static Role upper() {
        return new Role(() -> Role::upper, () -> Protocol.framed(Framing.lines(), Role::upper));
    }

    /// Says `welcome`, then is an [#echo].
    static Role greeting() {
        return new Role(() -> connection -> {
            connection.writeLine("welcome");
            echo(connection);
        }, Greeting::new);
    }

    /// Says nothing until the peer has ended, then sends how many bytes there were, and so many zeros.
    static Role answerAtTheEnd(int zeros) {
        return new Role(() -> connection -> {
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
    static Role closes() {
        return new Role(() -> _ -> {
        }, Closing::new);
    }

    /// Sends so many numbered bytes once it has got one.
    static Role produces(int bytes) {
        return new Role(() -> connection -> {
            connection.readByte();
            byte[] piece = new byte[4096];
            for (int sent = 0; sent < bytes; sent += piece.length) {
                number(piece, sent);
                connection.write(piece, 0, Math.min(piece.length, bytes - sent));
            }
        }, () -> new Producing(bytes));
    }

    /// Sends so many numbered bytes at once when it has got one, and ends.
    static Role answersAndEnds(int bytes) {
        byte[] answer = new byte[bytes];
        number(answer, 0);
        return new Role(() -> connection -> {
            connection.readByte();
            connection.write(answer);
        }, () -> (_, output) -> {
            output.write(answer);
            output.close();
        });
    }

    /// Fills an array with the bytes that belong at `position` of the numbered stream.
    static void number(byte[] piece, int position) {
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (((position + i) * 31) >>> 3);
        }
    }

    /// Gives the builder this role in the style.
    ServerBuilder on(ServerBuilder builder, Style style) {
        return switch (style) {
            case HANDLER -> builder.handler(handler);
            case PROTOCOL -> builder.protocol(protocol);
            case DATAGRAMS -> throw new IllegalArgumentException("a role is for streams");
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

    /// Writes as much as the high-water mark takes, and goes on when that has drained.
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
            // What was asked for still goes out; produce() closes.
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
