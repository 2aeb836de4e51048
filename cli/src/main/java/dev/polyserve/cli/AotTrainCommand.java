package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `train`, which no help mentions: serves clients of its own, in one model after the other, while the JVM records for
/// the start-up cache which classes it loads and how their methods are used (`build/train-aot.sh`).
final class AotTrainCommand {
    static final String NAME = "train";
    private static final String REQUESTS = "--requests";
    private static final int USUAL_REQUESTS = 1_000;
    private static final Pattern READY = Pattern.compile(".* on tcp://127\\.0\\.0\\.1:(\\d+).*");
    private static final String HANDLER = "dev.polyserve.bench.service.EchoHandler";
    private static final String MESSAGES = "dev.polyserve.bench.service.EchoMessageHandler";
    /// The compiler inlines both methods where a call has two, and none of three: so only two kinds of event loops are trained.
    private static final List<List<String>> SERVERS = List.of(
            List.of("--model", "epoll", "echo"),
            List.of("--model", "epoll", "--handler", HANDLER),
            List.of("--model", "epoll", "--handler", MESSAGES),
            List.of("--model", "io_uring", "echo"),
            List.of("--model", "io_uring", "--handler", HANDLER),
            List.of("--model", "virtual", "--handler", HANDLER));

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(REQUESTS).type(int.class).paramLabel("N")
                .description("How many requests each client makes (" + USUAL_REQUESTS + ").").build());
        spec.usageMessage().description("Serves clients of its own, while the JVM records for a start-up cache.");
        return spec;
    }

    int run(ParseResult parsed) throws InterruptedException {
        try {
            int requests = parsed.matchedOptionValue(REQUESTS, USUAL_REQUESTS);
            if (requests < 1) {
                throw ExitException.wrong("bad " + REQUESTS + " '" + requests + "': it must be 1 or more");
            }
            for (List<String> server : SERVERS) {
                if (Server.whyNot(Model.named(server.get(1))).isEmpty()) {
                    serve(server, requests, OptionalInt.empty());
                }
            }
            int admin = freePort();
            serve(List.of("--model", "auto", "echo", "--admin", "tcp://127.0.0.1:" + admin), requests,
                    OptionalInt.of(admin));
            return 0;
        } catch (IOException e) {
            throw ExitException.failed("the training failed: " + e.getMessage(), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void serve(List<String> service, int requests, OptionalInt admin)
            throws IOException, InterruptedException {
        String[] words = Stream.concat(Stream.of(ServeCommand.NAME, "--listen", "tcp://127.0.0.1:0"), service.stream())
                .toArray(String[]::new);
        try (PipedInputStream output = new PipedInputStream();
                PrintStream out = new PrintStream(new PipedOutputStream(output), true, StandardCharsets.UTF_8);
                BufferedReader lines = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
            Thread server = Thread.ofPlatform().name("polyserve-trained").start(() -> serve(words, out));
            try {
                Matcher ready = READY.matcher(String.valueOf(lines.readLine()));
                if (!ready.matches()) {
                    throw new IOException("this does not serve: " + String.join(" ", words));
                }
                int port = Integer.parseInt(ready.group(1));
                if (admin.isPresent()) {
                    AotTrainingLoad.scrape(port, admin.getAsInt(), requests);
                } else {
                    AotTrainingLoad.run(port, requests);
                }
            } finally {
                server.interrupt();
                server.join();
            }
        }
    }

    private static void serve(String[] words, PrintStream out) {
        try (out; PrintStream log = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            int _ = Main.run(words, InputStream.nullInputStream(), out, log);
        }
    }
}
