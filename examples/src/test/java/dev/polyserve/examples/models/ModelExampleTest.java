package dev.polyserve.examples.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Model;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each model of the table is explained, in programs that are short enough to be read.
class ModelExampleTest {
    private static final int LINES_BY_HAND = 80;
    private static final int LINES_WITH_POLYSERVE = 10;
    private static final Pattern CHINESE = Pattern.compile("\\p{IsHan}");
    private static final Pattern MODEL = Pattern.compile("Model\\.\\w+\\(\\d*\\)");

    @Test
    void everyModelHasAnExample() {
        List<String> models = Model.all().stream().map(Model::id).filter(id -> !id.equals("auto")).toList();
        assertThat(ModelExample.all()).extracting(ModelExample::model).isEqualTo(models).hasSize(13);
    }

    static Stream<ModelExample> examples() {
        return ModelExample.all().stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theCodeIsShortAndBeginsWithMain(ModelExample example) throws ClassNotFoundException {
        assertThat(example.byHand().lines().toList()).hasSizeLessThanOrEqualTo(LINES_BY_HAND);
        assertThat(example.byHand()).contains("/// The model `" + example.model() + "` by hand: ")
                .contains("class " + Class.forName(example.byHandClass()).getSimpleName() + " {")
                .doesNotContain("import dev.polyserve");
        assertThat(example.byHand().lines().filter(line -> line.contains(") throws ") || line.contains(") {"))
                .findFirst().orElseThrow()).contains("static void main(String[] args)");
        assertThat(example.withPolyserve().lines().toList()).hasSizeLessThanOrEqualTo(LINES_WITH_POLYSERVE);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void onlyTheModelDiffers(ModelExample example) {
        String program = example.withPolyserve();
        var models = MODEL.matcher(program).results().map(found -> found.group()).toList();
        assertThat(models).singleElement().asString().startsWith("Model." + factory(example) + "(");
        assertThat(program.replace(models.getFirst(), "Model.epoll()"))
                .isEqualTo(ModelExample.of("epoll").withPolyserve());
    }

    /// The id in camel case.
    private static String factory(ModelExample example) {
        return Pattern.compile("[-_](\\w)").matcher(example.model())
                .replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theTextsAreSentencesInTheirLanguages(ModelExample example) {
        for (String sentence : sentences(example.english())) {
            assertThat(sentence).endsWith(".").doesNotContainPattern(CHINESE);
        }
        assertThat(example.english().idea()).allSatisfy(idea -> assertThat(idea).doesNotContain(". "));
        for (String sentence : sentences(example.chinese())) {
            assertThat(sentence).endsWith("。").containsPattern(CHINESE);
        }
        assertThat(example.chinese().idea()).allSatisfy(idea -> assertThat(idea).containsOnlyOnce("。"));
    }

    private static List<String> sentences(ModelExplanation text) {
        return Stream.concat(text.idea().stream(), Stream.of(text.waitsIn(), text.badAt(), text.watchFor())).toList();
    }

    @Test
    void aModelWithoutExampleIsReported() {
        assertThatThrownBy(() -> ModelExample.of("fork")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ForkByHand.java'");
        assertThatThrownBy(() -> ModelExplanation.parse("idea.1=One.\n")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'idea.2'");
    }
}
