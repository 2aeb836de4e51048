package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.lab.LabServerProgram;
import dev.polyserve.lab.Lab;
import dev.polyserve.lab.LabException;
import dev.polyserve.lab.page.LabPageServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `lab`: serves the page that shows models side by side, until a signal ends it.
final class LabCommand {
    static final String NAME = "lab";
    private static final String LISTEN = "--listen";
    private static final String NO_BROWSER = "--no-browser";
    private static final String AGAINST = "--against";
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    private final StandardStreams stdio;

    LabCommand(StandardStreams stdio) {
        this.stdio = stdio;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(LISTEN).type(String.class).paramLabel("ENDPOINT")
                .description("Where the page is, on this machine only (default: " + ANY_PORT + ", any free port).")
                .build());
        spec.addOption(OptionSpec.builder(NO_BROWSER).type(boolean.class)
                .description("Does not open a browser.").build());
        spec.addOption(OptionSpec.builder(AGAINST).type(List.class).auxiliaryTypes(String.class)
                .paramLabel("COMMAND").arity("1")
                .description(
                        "The command of another echo server, which the page offers beside the models; {port} stands"
                                + " for its port. Repeatable.")
                .build());
        spec.usageMessage()
                .description("Shows models side by side: servers of two to four models serve the same clients at the"
                        + " same time, and a page shows what each does, as it is recorded.",
                        "Prints the address of the page as its one line, and opens it in the browser.")
                .footer("", "Examples:", "  polyserve lab",
                        "  polyserve lab --no-browser --listen tcp://127.0.0.1:8000",
                        "  polyserve lab --against 'python3 server.py {port}'");
        return spec;
    }

    /// Serves the page until TERM or INT.
    int run(ParseResult parsed) throws InterruptedException {
        String listen = parsed.matchedOptionValue(LISTEN, ANY_PORT);
        CountDownLatch ended = new CountDownLatch(1);
        try (SignalHandlers _ = SignalHandlers.on(Map.of("TERM", ended::countDown, "INT", ended::countDown));
                Lab lab = open(parsed.matchedOptionValue(AGAINST, List.of()));
                LabPageServer page = page(listen, lab)) {
            stdio.out().println(page.address());
            if (!parsed.hasMatchedOption(NO_BROWSER)) {
                openBrowser(page.address());
            }
            ended.await();
            return 0;
        } catch (IOException e) {
            throw ExitException.failed(String.valueOf(e.getMessage()), e);
        }
    }

    private static Lab open(List<String> commands) {
        try {
            return Lab.open(LabServerProgram.running(), commands);
        } catch (LabException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static LabPageServer page(String listen, Lab lab) throws IOException {
        try {
            return LabPageServer.start(Endpoint.parse(listen), lab);
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong("bad " + LISTEN + " '" + listen + "': " + e.getMessage(), e);
        }
    }

    private void openBrowser(URI address) {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        List<String> command = system.startsWith("windows")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", address.toString())
                : List.of(system.startsWith("mac") ? "open" : "xdg-open", address.toString());
        try {
            Process opening = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            opening.onExit().thenAccept(done -> {
                if (done.exitValue() != 0) {
                    sayNoBrowser();
                }
            });
        } catch (IOException e) {
            sayNoBrowser();
        }
    }

    private void sayNoBrowser() {
        stdio.err().println("polyserve: no browser was opened; open the address above, or give " + NO_BROWSER);
    }
}
