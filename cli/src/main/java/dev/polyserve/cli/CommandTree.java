package dev.polyserve.cli;

import dev.polyserve.cli.connect.ConnectCommandException;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.text.Units;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The tree of commands: selects the command, runs it, and reports a failure in one sentence.
///
/// Commands are described with picocli's programmatic API, not its annotations, so that nothing is looked up by
/// reflection at start.
final class CommandTree {
    private static final String PROGRAM = "polyserve";
    private static final String COMPLETION = "generate-completion";
    private static final String DEBUG = "--debug";
    private static final int WIDTH_COLUMNS = 110;

    private final StandardStreams stdio;

    CommandTree(StandardStreams stdio) {
        this.stdio = stdio;
    }

    /// Runs the command and returns the exit status.
    int run(String[] args) {
        boolean debug = debug(args);
        try (ConsoleLog log = new ConsoleLog(stdio.err(), debug)) {
            log.install();
            return runLogged(RawArguments.restore(args), log);
        } catch (ExitException e) {
            return fail(e.getMessage(), e, e.status(), debug);
        } catch (ParameterException e) {
            return fail(UsageErrors.sentence(e, List.of(args)), e, 2, debug);
        } catch (InvalidPathException e) {
            return fail(UsageErrors.sentence(e), e, 2, debug);
        } catch (ConnectCommandException e) {
            return fail(e.getMessage(), e, 1, debug);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted", e, 1, debug);
        } catch (RuntimeException | Error e) {
            return fail(
                    "internal error: " + e + (debug ? "" : "; run it again with --debug and report the output"),
                    e, 1, debug);
        }
    }

    private int runLogged(String[] args, ConsoleLog log) throws InterruptedException {
        CommandLine line = commandLine(args);
        ParseResult root = line.parseArgs(args);
        ParseResult leaf = root;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        if (leaf.isUsageHelpRequested()) {
            leaf.commandSpec().commandLine().usage(stdio.out());
            return 0;
        }
        if (leaf.isVersionHelpRequested()) {
            stdio.out().println(version());
            return 0;
        }
        String name = leaf.commandSpec().name();
        return switch (name) {
            case ServeCommand.NAME -> new ServeCommand(stdio, log).run(leaf);
            case ConnectCommand.NAME -> new ConnectCommand(stdio).run(leaf);
            case ModelsCommand.NAME -> new ModelsCommand(stdio.out()).run(leaf);
            case BenchCommand.NAME -> new BenchCommand(stdio).run(leaf);
            case RestartCommand.NAME -> new RestartCommand(stdio.out()).run(leaf);
            case ControlCommand.STATUS, ControlCommand.WORKERS, ControlCommand.BANS, ControlCommand.DRAIN ->
                new ControlCommand(stdio.out()).run(name, leaf);
            case TopCommand.NAME -> new TopCommand(stdio).run(leaf);
            case LabCommand.NAME -> new LabCommand(stdio).run(leaf);
            case AotTrainCommand.NAME -> new AotTrainCommand().run(leaf);
            case COMPLETION -> complete(leaf.commandSpec());
            default ->
                throw ExitException.wrong("no command was given: use serve, connect, models, bench, status, workers,"
                        + " bans, drain, restart, top or lab"
                        + " (polyserve --help shows examples)");
        };
    }

    private static int complete(CommandSpec spec) {
        if (!(spec.userObject() instanceof Runnable command)) {
            throw new IllegalStateException("generate-completion cannot run");
        }
        command.run();
        return 0;
    }

    private int fail(@Nullable String sentence, Throwable why, int status, boolean debug) {
        stdio.err().println(PROGRAM + ": " + sentence);
        if (debug) {
            why.printStackTrace(stdio.err());
        }
        return status;
    }

    /// Checked before parsing, so that errors of the parser can also show a stack trace.
    private static boolean debug(String[] args) {
        int end = Arrays.asList(args).indexOf("--");
        List<String> options = Arrays.asList(args).subList(0, end < 0 ? args.length : end);
        return options.contains(DEBUG);
    }

    /// Describes all commands, or only the one given when it is known: describing the others would cost start-up time.
    private CommandLine commandLine(String[] args) {
        String first = args.length == 0 ? "" : args[0];
        CommandLine line = new CommandLine(rootSpec());
        switch (first) {
            case ServeCommand.NAME -> line.addSubcommand(ServeCommand.spec());
            case ConnectCommand.NAME -> line.addSubcommand(ConnectCommand.spec());
            case ModelsCommand.NAME -> line.addSubcommand(ModelsCommand.spec());
            case BenchCommand.NAME -> line.addSubcommand(BenchCommand.spec());
            case RestartCommand.NAME -> line.addSubcommand(RestartCommand.spec());
            case TopCommand.NAME -> line.addSubcommand(TopCommand.spec());
            case LabCommand.NAME -> line.addSubcommand(LabCommand.spec());
            case AotTrainCommand.NAME -> line.addSubcommand(AotTrainCommand.spec());
            case ControlCommand.STATUS -> line.addSubcommand(ControlCommand.status());
            case ControlCommand.WORKERS -> line.addSubcommand(ControlCommand.workers());
            case ControlCommand.BANS -> line.addSubcommand(ControlCommand.bans());
            case ControlCommand.DRAIN -> line.addSubcommand(ControlCommand.drain());
            default -> line.addSubcommand(ServeCommand.spec()).addSubcommand(ConnectCommand.spec())
                    .addSubcommand(ModelsCommand.spec()).addSubcommand(BenchCommand.spec())
                    .addSubcommand(ControlCommand.status())
                    .addSubcommand(ControlCommand.workers()).addSubcommand(ControlCommand.bans())
                    .addSubcommand(ControlCommand.drain())
                    .addSubcommand(RestartCommand.spec()).addSubcommand(TopCommand.spec())
                    .addSubcommand(LabCommand.spec())
                    .addSubcommand(COMPLETION, new GenerateCompletion());
        }
        line.setExpandAtFiles(false);
        line.setUsageHelpWidth(WIDTH_COLUMNS);
        line.setOut(new PrintWriter(stdio.out(), true, stdio.out().charset()));
        return line;
    }

    private static CommandSpec rootSpec() {
        CommandSpec spec = common(CommandSpec.create().name(PROGRAM))
                .addOption(OptionSpec.builder("-V", "--version").versionHelp(true)
                        .description("Shows the version and exits.").build());
        spec.usageMessage().description("A server for TCP, UDP and Unix sockets: one handler, every concurrency model.")
                .footer("", "Examples:",
                        "  polyserve serve                                   echo on tcp://127.0.0.1:8888",
                        "  polyserve serve upper --listen tcp://*:7000 --model nio",
                        "  polyserve connect tcp://127.0.0.1:8888",
                        "  polyserve models",
                        "  polyserve bench --models virtual,nio,thread",
                        "  polyserve lab",
                        "",
                        "Exit status: 0 done or drained, 1 failed while running, 2 wrong command line.");
        return spec;
    }

    /// Adds the options that every command has.
    static CommandSpec common(CommandSpec spec) {
        return spec
                .addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Shows this help and exits.")
                        .build())
                .addOption(OptionSpec.builder(DEBUG).type(boolean.class)
                        .description("Shows stack traces and debug messages.").build());
    }

    /// The duration given to an option.
    ///
    /// @throws ExitException when the value is not a duration
    static Duration duration(ParseResult parsed, String option, Duration otherwise) {
        String text = parsed.matchedOptionValue(option, Units.written(otherwise));
        try {
            return Units.duration(text);
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong("bad " + option + " '" + text + "': " + e.getMessage(), e);
        }
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return PROGRAM + " " + (version == null ? "(development build)" : version) + ", Java "
                + Runtime.version().feature();
    }
}
