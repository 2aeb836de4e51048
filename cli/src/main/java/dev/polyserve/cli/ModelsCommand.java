package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.spi.ModelDescription;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.cli.text.TerminalTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Runs `models`: prints the table of models, and which of them this machine can run.
final class ModelsCommand {
    static final String NAME = "models";
    private static final String FORMAT = "--format";

    private final PrintStream out;

    ModelsCommand(PrintStream out) {
        this.out = out;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.common(CommandSpec.create().name(NAME));
        spec.addOption(OptionSpec.builder(FORMAT).type(String.class).paramLabel("text|json")
                .completionCandidates(List.of("text", "json"))
                .description("A table, or one JSON array (default: text).").build());
        spec.usageMessage()
                .description("Shows the concurrency models, and which of them this machine can run.")
                .footer("", "Examples:", "  polyserve models", "  polyserve models --format json");
        return spec;
    }

    int run(ParseResult parsed) {
        String format = parsed.matchedOptionValue(FORMAT, "text");
        switch (format) {
            case "text" -> text();
            case "json" -> json();
            default -> throw ExitException.wrong("bad --format '" + format + "': it must be text or json");
        }
        return 0;
    }

    private void text() {
        TerminalTable table = new TerminalTable(
                List.of("MODEL", "RUNS A HANDLER", "WAITS IN", "ENDPOINTS", "GOOD FOR", "HERE"),
                List.of(12, 30, 16, 11, 32, 6));
        // Several models often share a reason: each reason is printed once, below the table.
        List<String> reasons = new ArrayList<>();
        for (Model model : Model.all()) {
            ModelDescription about = ModelDefinition.of(model).description();
            String here = Server.whyNot(model).map(why -> "no (" + noted(reasons, why) + ")")
                    .or(() -> taken(model).map(choice -> "yes (" + noted(reasons, "takes " + choice) + ")"))
                    .orElse("yes");
            table.row(List.of(model.id(), about.runs().handler(), about.waitsIn(), about.endpoints().toString(),
                    about.goodFor(), here));
        }
        table.lines().forEach(out::println);
        TerminalTable notes = new TerminalTable(List.of("", ""), List.of(3, 110));
        for (int i = 0; i < reasons.size(); i++) {
            notes.row(List.of("(" + (i + 1) + ")", reasons.get(i)));
        }
        if (!reasons.isEmpty()) {
            notes.lines().forEach(out::println);
        }
        out.flush();
    }

    /// The model that stands in for this one here, for handlers that may wait.
    private static Optional<AutoModelChoice> taken(Model model) {
        return ServerProvider.load().choice(model, true);
    }

    /// The number of the note with this reason.
    private static int noted(List<String> reasons, String why) {
        if (!reasons.contains(why)) {
            reasons.add(why);
        }
        return reasons.indexOf(why) + 1;
    }

    private void json() {
        List<String> objects = Model.all().stream().map(model -> {
            ModelDescription about = ModelDefinition.of(model).description();
            JsonObjectWriter object = new JsonObjectWriter().put("name", model.id()).put("runs", about.runs().handler())
                    .put("waitsIn", about.waitsIn())
                    .put("endpoints", about.endpoints().toString()).put("goodFor", about.goodFor());
            Server.whyNot(model).ifPresentOrElse(why -> object.put("available", false).put("whyNot", why),
                    () -> object.put("available", true));
            taken(model).ifPresent(choice -> object.put("takes", choice.chosen().id()).put("why", choice.why()));
            return "  " + object;
        }).toList();
        out.println("[\n" + String.join(",\n", objects) + "\n]");
        out.flush();
    }
}
