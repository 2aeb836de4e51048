package dev.polyserve.faults;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.ServerBuilder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The services of the server under test, in both styles. They count open conversations and throw where [ArmedFailures]
/// arms them.
///
/// **Thread**: any.
final class Services {
    private static final Codec<String> LINES = Framing.lines();
    private static final String GREETING = "hello\n";
    private static final int MUCH_BYTES = 3_800_000;

    private final ArmedFailures failures;
    private final Kind kind;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();

    /// The services.
    enum Kind {
        /// Echoes every byte.
        ECHO,
        /// Sends a greeting, then echoes every byte.
        GREET,
        /// Returns each line in upper case.
        UPPER,
        /// Sends much more than the kernel buffers for a peer that does not read, then throws.
        LAST_WORDS,
        /// Echoes every byte; after the request `stay` it never ends by itself.
        STAY
    }

    Services(Kind kind, ArmedFailures failures) {
        this.kind = kind;
        this.failures = failures;
    }

    ServerBuilder into(ServerBuilder builder, Mode.Style style) {
        return switch (style) {
            case HANDLER -> builder.handler(Sequential::new);
            case PROTOCOL -> builder.protocol(Events::new);
        };
    }

    int inside() {
        return inside.get();
    }

    int mostInside() {
        return mostInside.get();
    }

    private void enter() {
        int now = inside.incrementAndGet();
        mostInside.accumulateAndGet(now, Math::max);
    }

    private void leave() {
        inside.decrementAndGet();
    }

    private final class Sequential implements Handler {
        Sequential() {
            failures.pass(ArmedFailures.Place.FACTORY);
        }

        @Override
        public void setUp(Connection connection) {
            enter();
            failures.pass(ArmedFailures.Place.SET_UP);
        }

        @Override
        public void handle(Connection connection) throws Exception {
            if (kind == Kind.GREET) {
                connection.print(GREETING);
            }
            if (kind == Kind.LAST_WORDS) {
                connection.readByte();
                connection.write(new byte[MUCH_BYTES]);
                throw new IllegalStateException("thrown after the last bytes");
            }
            if (kind == Kind.UPPER) {
                for (String line; (line = connection.readLine()) != null;) {
                    connection.writeLine(line.toUpperCase(Locale.ROOT));
                }
            } else {
                bytes(connection);
            }
        }

        private void bytes(Connection connection) throws Exception {
            byte[] bytes = new byte[8192];
            for (int count; (count = connection.read(bytes)) >= 0;) {
                failures.pass(ArmedFailures.Place.HANDLE);
                connection.write(bytes, 0, count);
                if (kind == Kind.STAY && bytes[0] == 's') {
                    connection.flush();
                    TimeUnit.HOURS.sleep(1);
                }
            }
        }

        @Override
        public void finish(Connection connection) {
            leave();
            failures.pass(ArmedFailures.Place.FINISH);
        }
    }

    private final class Events implements Protocol {
        private boolean staying;
        private boolean entered;

        Events() {
            failures.pass(ArmedFailures.Place.FACTORY);
        }

        @Override
        public void opened(Output output) throws Exception {
            entered = true;
            enter();
            failures.pass(ArmedFailures.Place.OPENED);
            if (kind == Kind.GREET) {
                output.print(GREETING);
            }
        }

        @Override
        public void received(Input input, Output output) throws Exception {
            failures.pass(ArmedFailures.Place.RECEIVED);
            if (kind == Kind.LAST_WORDS) {
                output.write(new byte[MUCH_BYTES]);
                throw new IllegalStateException("thrown after the last bytes");
            }
            if (kind == Kind.UPPER) {
                for (@Nullable
                String line; (line = LINES.decode(input)) != null;) {
                    output.writeLine(line.toUpperCase(Locale.ROOT));
                }
            } else {
                staying |= kind == Kind.STAY && input.available() > 0 && input.peek(0) == 's';
                output.write(input.takeAll());
            }
        }

        @Override
        public void ended(Output output) throws Exception {
            failures.pass(ArmedFailures.Place.ENDED);
            if (!staying) {
                output.close();
            }
        }

        @Override
        public void closed(Cause cause) {
            if (entered) {
                leave();
            }
            failures.pass(ArmedFailures.Place.CLOSED);
        }
    }
}
