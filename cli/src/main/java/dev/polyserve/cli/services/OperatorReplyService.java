package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Sender;
import dev.polyserve.ServerBuilder;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.cli.text.AsyncLineWriter;
import dev.polyserve.linux.process.ControllingTerminal;
import dev.polyserve.text.PrintableText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Lets an operator answer: prints every client's lines as `[N] text`, and sends the typed line `N text` to client N.
///
/// The end of the operator's input ends only the answers, not the server. A client's line `exit` ends its connection.
final class OperatorReplyService {
    private static final System.Logger LOG = System.getLogger(OperatorReplyService.class.getName());
    private static final Codec<String> LINES = RawLineCodec.printable();
    private static final String GREETING = "Welcome to login...";
    private static final String EXIT = "exit";
    private static final Duration UNTIL_FOREGROUND = Duration.ofSeconds(1);
    private static final String HOW = "type the number of a client, a space and the answer, as in: 1 hello";

    private final InputStream in;
    private final AsyncLineWriter out;
    private final AtomicLong lastNumber = new AtomicLong();
    private final Map<Long, Sender> clients = new ConcurrentHashMap<>();

    OperatorReplyService(InputStream in, AsyncLineWriter out) {
        this.in = in;
        this.out = out;
    }

    /// Configures a server, and reads the operator's input on a thread of its own once the server is ready.
    void into(ServerBuilder builder, CompletionStage<Void> serving) {
        builder.handler(Client::new);
        Thread operator = Thread.ofPlatform().daemon().name("polyserve-operator").unstarted(this::readOperator);
        CompletionStage<Void> _ = serving.thenRun(operator::start);
    }

    private void readOperator() {
        try (var typed = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line; (line = readLine(typed)) != null;) {
                if (!line.isBlank()) {
                    answer(line.strip());
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the operator's input can no longer be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The next line, as soon as the server is in the foreground of its terminal: reading fails until then.
    private static @Nullable String readLine(BufferedReader typed) throws IOException, InterruptedException {
        while (true) {
            try {
                return typed.readLine();
            } catch (IOException e) {
                if (!ControllingTerminal.isInBackground()) {
                    throw e;
                }
                Thread.sleep(UNTIL_FOREGROUND);
            }
        }
    }

    private void answer(String line) {
        int space = line.indexOf(' ');
        String number = space < 0 ? line : line.substring(0, space);
        String text = space < 0 ? "" : line.substring(space + 1);
        Sender client = client(number);
        if (client == null) {
            out.offer("there is no client '" + PrintableText.of(number) + "': " + HOW);
        } else if (!client.offer(text + "\n")) {
            out.offer("client " + number + " accepts no more answers now: this one was not sent");
        }
    }

    private @Nullable Sender client(String number) {
        try {
            return clients.get(Long.valueOf(number));
        } catch (NumberFormatException _) {
            // Not a number, so it names no client: the caller reports it.
            return null;
        }
    }

    private final class Client implements Handler {
        private final Long number = lastNumber.incrementAndGet();

        @Override
        public void setUp(Connection connection) throws Exception {
            clients.put(number, connection.sender());
            out.put("[" + number + "] connected from " + PrintableAddress.shown(connection.info().peer()));
        }

        @Override
        public void handle(Connection connection) throws Exception {
            connection.writeLine(GREETING);
            for (String line; (line = connection.read(LINES)) != null && !line.equals(EXIT);) {
                out.put("[" + number + "] " + line);
            }
        }

        @Override
        public void finish(Connection connection) throws Exception {
            clients.remove(number);
            out.put("[" + number + "] left");
        }
    }
}
