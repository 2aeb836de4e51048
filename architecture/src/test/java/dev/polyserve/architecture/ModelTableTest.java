package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.spi.ModelDescription;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A model is a row of one table. One switch wires the rows; everything else asks them.
class ModelTableTest {
    /// The table, the factories that fill it, and the switch with the policy that it chooses.
    private static final Set<String> MAY_NAME_ONE = Set.of("Execution.java", "ModelTable.java", "Model.java",
            "Runners.java", "BlockingRunnerSettings.java");
    private static final Pattern ONE_EXECUTION = Pattern
            .compile("Execution\\.(Iterative|ThreadPerConnection|ThreadPool|VirtualThreads)\\b");
    private static final Pattern COMPARED_ID = Pattern.compile(
            Model.all().stream().map(Model::id).collect(Collectors.joining("|", "id\\(\\)\\.equals\\(\"(", ")\"")));
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ((?:`[a-z_-]+` ?)+)\\|");

    @Test
    void noOtherCodeAsksWhichModelItHas() throws IOException {
        Set<String> wrong = new TreeSet<>();
        for (Path source : Project.sources("main")) {
            String text = Files.readString(source);
            boolean names = ONE_EXECUTION.matcher(text).find()
                    && !MAY_NAME_ONE.contains(source.getFileName().toString());
            if (names || COMPARED_ID.matcher(text).find()) {
                wrong.add(Project.relative(source).toString());
            }
        }
        assertThat(wrong).as("sources that branch on a model").isEmpty();
    }

    @Test
    void theGuidePrintsTheTable() throws IOException {
        assertThat(Files.readString(Project.ROOT.resolve("docs/guide/models.md"))).contains(
                table("Model", "Good for", "A loop or a handler waits in", "Endpoints") + rows(about -> List.of(
                        about.goodFor(), about.waitsIn(), about.endpoints().toString())),
                table("Model", "A `Handler` runs on", "A `Protocol` runs on", "A `DatagramHandler` runs on",
                        "Connections at once", "A handler that computes for long delays")
                        + rows(about -> List.of(about.runs().handler(), about.runs().protocol(),
                                about.runs().datagrams(), about.connections(), about.delays())));
    }

    private static String table(String... head) {
        return line(List.of(head)) + "|" + "---|".repeat(head.length) + "\n";
    }

    private static String rows(Function<ModelDescription, List<String>> cells) {
        return Model.all().stream().map(ModelDefinition::of).map(plan -> {
            List<String> row = new ArrayList<>(List.of("`" + plan.id() + "`"));
            row.addAll(cells.apply(plan.description()));
            return line(row);
        }).collect(Collectors.joining());
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    @Test
    void theReadmesListEveryModel() throws IOException {
        Set<String> ids = Model.all().stream().map(Model::id).collect(Collectors.toCollection(TreeSet::new));
        for (String name : Set.of("README.md", "README.zh-CN.md")) {
            Set<String> listed = ROW.matcher(Files.readString(Project.ROOT.resolve(name))).results()
                    .flatMap(row -> Pattern.compile("[a-z_-]+").matcher(row.group(1)).results())
                    .map(word -> word.group()).collect(Collectors.toCollection(TreeSet::new));
            assertThat(listed).as("the models in the table of " + name).isEqualTo(ids);
        }
    }
}
