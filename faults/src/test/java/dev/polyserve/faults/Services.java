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

/// What the server under test does, in both styles: it counts who is inside, and fails where it is told to.
///
/// **Thread**: any.
final class Services {
    private static final Codec<String> LINES = Framing.lines();
    private static final String GREETING = "hello\n";
    private static final int MUCH_BYTES = 3_800_000;

    private final Failures failures;
    private final Kind kind;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();

    /// The services.
    enum Kind {
        /// Every byte back.
        ECHO,
        /// A greeting, then every byte back.
        GREET,
        /// Line by line in upper case.
        UPPER,
        /// Much more than the system takes from a peer that does not read, and then a failure.
        LAST_WORDS,
        /// Every byte back until the client asks it to `stay`: then it never ends by itself.
        STAY
    }

    Services(Kind kind, Failures failures) {
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

    private void enters() {
        int now = inside.incrementAndGet();
        mostInside.accumulateAndGet(now, Math::max);
    }

    private void leaves() {
        inside.decrementAndGet();
    }

    private final class Sequential implements Handler {
        Sequential() {
            failures.pass(Failures.Place.FACTORY);
        }

        @Override
        public void setUp(Connection connection) {
            enters();
            failures.pass(Failures.Place.SET_UP);
        }

        @Override
        public void handle(Connection connection) throws Exception {
            if (kind == Kind.GREET) {
                connection.print(GREETING);
            }
            if (kind == Kind.LAST_WORDS) {
                connection.readByte();
                connection.write(new byte[MUCH_BYTES]);
                throw new IllegalStateException("thrown after the last words");
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
                failures.pass(Failures.Place.HANDLE);
                connection.write(bytes, 0, count);
                if (kind == Kind.STAY && bytes[0] == 's') {
                    connection.flush();
                    TimeUnit.HOURS.sleep(1);
                }
            }
        }

        @Override
        public void finish(Connection connection) {
            leaves();
            failures.pass(Failures.Place.FINISH);
        }
    }

    private final class Events implements Protocol {
        private boolean staying;
        private boolean entered;

        Events() {
            failures.pass(Failures.Place.FACTORY);
        }

        @Override
        public void opened(Output output) throws Exception {
            entered = true;
            enters();
            failures.pass(Failures.Place.OPENED);
            if (kind == Kind.GREET) {
                output.print(GREETING);
            }
        }

        @Override
        public void received(Input input, Output output) throws Exception {
            failures.pass(Failures.Place.RECEIVED);
            if (kind == Kind.LAST_WORDS) {
                output.write(new byte[MUCH_BYTES]);
                throw new IllegalStateException("thrown after the last words");
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
            failures.pass(Failures.Place.ENDED);
            if (!staying) {
                output.close();
            }
        }

        @Override
        public void closed(Cause cause) {
            if (entered) {
                leaves();
            }
            failures.pass(Failures.Place.CLOSED);
        }
    }
}
