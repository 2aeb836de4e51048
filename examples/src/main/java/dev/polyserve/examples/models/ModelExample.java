package dev.polyserve.examples.models;

import dev.polyserve.Model;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// A model explained by the same echo in two programs, and by a text in two languages.
///
/// @param model the model's id
/// @param byHand the source of the echo in plain JDK code
/// @param withPolyserve the source of the echo in ten lines
/// @param english the text in English
/// @param chinese the text in Chinese
public record ModelExample(String model, String byHand, String withPolyserve, ModelExplanation english,
        ModelExplanation chinese) {
    /// What only chooses one of the others.
    private static final Set<String> CHOICES = Set.of("auto");
    private static final Pattern WORD = Pattern.compile("(?:^|[-_])([a-z])");

    /// Reads the examples of all models, in the order of the documentation. There is none of `auto`, which takes another
    /// model.
    public static List<ModelExample> all() {
        return Model.all().stream().map(Model::id).filter(id -> !CHOICES.contains(id)).map(ModelExample::of).toList();
    }

    /// Reads the example of a model.
    ///
    /// @throws IllegalArgumentException if the model has none
    public static ModelExample of(String model) {
        try {
            return new ModelExample(model, read(byHandName(model) + ".java"), read(programName(model) + ".java"),
                    ModelExplanation.parse(read(model + ".properties")),
                    ModelExplanation.parse(read(model + "_zh.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The class whose source is [#byHand]. Its argument is the port, and it prints the port that it has.
    public String byHandClass() {
        return ModelExample.class.getPackageName() + "." + byHandName(model);
    }

    /// The file name of [#withPolyserve], without extension: the class that the source launcher makes of it.
    public String programName() {
        return programName(model);
    }

    private static String byHandName(String model) {
        return camelCase(model) + "ByHand";
    }

    private static String programName(String model) {
        return camelCase(model) + "Echo";
    }

    private static String camelCase(String model) {
        return WORD.matcher(model).replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
    }

    private static String read(String name) throws IOException {
        try (InputStream file = ModelExample.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalArgumentException("no example of a model is called '" + name + "', add the file to "
                        + ModelExample.class.getPackageName());
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
