package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.bench.FurtherRoundsRule;
import dev.polyserve.bench.ModelShortlist;
import dev.polyserve.bench.BenchmarkRunner;
import dev.polyserve.bench.BenchPlan;
import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderLauncher;
import dev.polyserve.bench.contender.MachineDescription;
import dev.polyserve.bench.contender.ProcessorPlacement;
import dev.polyserve.bench.contender.PolyserveProgram;
import dev.polyserve.bench.report.BaselineComparison;
import dev.polyserve.bench.report.BenchReport;
import dev.polyserve.bench.report.HtmlReport;
import dev.polyserve.bench.report.Recommendation;
import dev.polyserve.bench.report.BenchResultsJson;
import dev.polyserve.bench.report.TextReport;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.cli.text.TerminalWidth;
import dev.polyserve.cli.text.Units;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// Runs `bench`: loads contenders and compares what they cost.
final class BenchCommand {
    static final String NAME = "bench";
    private static final int FAILED = 1;
    private static final int WIDTH_COLUMNS = 160;

    private final StandardStreams stdio;

    BenchCommand(StandardStreams stdio) {
        this.stdio = stdio;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        BenchOptions.addTo(spec);
        spec.usageMessage().sortOptions(false)
                .description(
                        "Loads servers, each in a process of its own, and compares what they cost: which model suits"
                                + " this load on this machine?",
                        "Ctrl-C ends the benchmark early; the results so far are still printed.", "")
                .footer("", "Examples:",
                        "  polyserve bench",
                        "  polyserve bench --models nio,virtual,thread --workload echo,churn --report report.html",
                        "  polyserve bench --models nio --against 'netty=java -jar echo.jar {port}' --json now.json",
                        "  polyserve bench --models none --against tcp://127.0.0.1:7000 --connections 1000 --rate 20000",
                        "  polyserve bench --advise",
                        "  polyserve bench --advise --handler-waits 20ms --handler-computes 1ms --connections 500");
        return spec;
    }

    /// Runs the benchmark, and prints and writes its results.
    int run(ParseResult parsed) {
        BenchOptions options = new BenchOptions(parsed);
        Map<String, String> advised = options.has(BenchOptions.ADVISE) ? advice(options) : Map.of();
        BenchPlan plan = options.plan(advised, command(parsed));
        Optional<BenchResults> before = options.has(BenchOptions.BASELINE)
                ? Optional.of(read(Path.of(options.text(BenchOptions.BASELINE, ""))))
                : Optional.empty();
        BenchResults results = measure(plan, options);
        BenchReport report = new BenchReport(results,
                before.map(earlier -> BaselineComparison.compare(earlier, results)),
                options.has(BenchOptions.ADVISE)
                        ? Optional.of(Recommendation.of(results, models(plan), Model.auto().id()))
                        : Optional.empty());
        TextReport.lines(report, isTerminal() ? TerminalWidth.columns() : WIDTH_COLUMNS).forEach(stdio.out()::println);
        stdio.out().flush();
        write(options, report);
        boolean failed = results.comparisons().stream().flatMap(table -> table.entries().stream())
                .anyMatch(entry -> entry.failure() != null);
        return failed || !results.complete() ? FAILED : 0;
    }

    /// The names of our models, in the order of the advice; a peer is no model to take.
    private static List<String> models(BenchPlan plan) {
        return plan.contenders().stream().filter(Contender.Polyserve.class::isInstance).map(Contender::name).toList();
    }

    private static String command(ParseResult parsed) {
        return "polyserve bench " + String.join(" ", parsed.originalArgs().stream().skip(1).map(BenchCommand::quoted)
                .toList());
    }

    private static String quoted(String word) {
        return word.matches("[\\w.,:/=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private BenchResults measure(BenchPlan plan, BenchOptions options) {
        Thread measuring = Thread.currentThread();
        Map<String, Runnable> actions = Map.of("INT", measuring::interrupt, "TERM", measuring::interrupt);
        try (SignalHandlers _ = SignalHandlers.on(actions);
                BenchProgressPrinter progress = new BenchProgressPrinter(stdio.err(), isTerminal())) {
            ProcessorPlacement placement = options.has(BenchOptions.SHARED_PROCESSORS)
                    ? ProcessorPlacement.share()
                    : ProcessorPlacement.take();
            try (ContenderLauncher launcher = new ContenderLauncher(program(options), placement)) {
                return new BenchmarkRunner(plan, launcher, placement, MachineDescription.environment(placement),
                        progress, further(plan, options)).run();
            }
        } catch (InterruptedException e) {
            throw ExitException.failed("interrupted before the first result", e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static PolyserveProgram program(BenchOptions options) {
        PolyserveProgram running = PolyserveProgram.running();
        if (!options.has(BenchOptions.JFR)) {
            return running;
        }
        Path directory = Path.of(options.text(BenchOptions.JFR, "")).toAbsolutePath();
        if (directory.toString().contains(",")) {
            throw new IllegalArgumentException("--jfr: the JVM takes no file name with a comma, as in " + directory
                    + "; choose another directory");
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--jfr: the directory " + directory + " cannot be created; choose another one", e);
        }
        return running.recordingTo(directory);
    }

    /// A recommendation is wanted, not a table alone: rounds that leave it open are repeated.
    private static FurtherRoundsRule further(BenchPlan plan, BenchOptions options) {
        return options.has(BenchOptions.ADVISE)
                ? measured -> Recommendation.needsMoreRounds(measured, models(plan), Model.auto().id())
                : FurtherRoundsRule.NONE;
    }

    private static BenchResults read(Path file) {
        try {
            return BenchResultsJson.read(file);
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private static void write(BenchOptions options, BenchReport report) {
        try {
            if (options.has(BenchOptions.JSON)) {
                BenchResultsJson.write(report, Path.of(options.text(BenchOptions.JSON, "")));
            }
            if (options.has(BenchOptions.REPORT)) {
                HtmlReport.write(report, Path.of(options.text(BenchOptions.REPORT, "")));
            }
        } catch (IOException e) {
            throw ExitException.failed(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean isTerminal() {
        Console console = stdio.in().equals(System.in) ? System.console() : null;
        return console != null && console.isTerminal();
    }

    // --- advice ---

    private Map<String, String> advice(BenchOptions options) {
        UserPrompt prompt = new UserPrompt(stdio);
        Duration waits = options.has(BenchOptions.HANDLER_WAITS)
                ? options.duration(BenchOptions.HANDLER_WAITS)
                : prompt.ask("How long does a handler wait per request, for a database or another server?", "10ms",
                        Units::duration);
        Duration computes = options.has(BenchOptions.HANDLER_COMPUTES)
                ? options.duration(BenchOptions.HANDLER_COMPUTES)
                : prompt.ask("How much processor time does a request take?", "0", Units::duration);
        int clients = options.has(BenchOptions.CONNECTIONS)
                ? options.connections()
                : prompt.ask("How many clients are connected at the same time?", "100", BenchOptions::clients);
        ModelShortlist advice = new ModelShortlist(waits, computes, clients);
        List<String> models = advice.models(model -> Server.whyNot(model).isEmpty());
        stdio.err().println("Models to compare: " + String.join(", ", models) + ". " + advice.reason() + ".");
        return BenchOptions.advised(models, advice.workloads(), waits, computes, clients);
    }
}
