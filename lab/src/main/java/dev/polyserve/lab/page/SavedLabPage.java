package dev.polyserve.lab.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// A run as one HTML file with the same viewer, which loads nothing.
///
/// **Thread**: any.
final class SavedLabPage {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final Pattern STYLE_LINKS = Pattern.compile("(<link rel=\"stylesheet\" href=\"[^\"]*\">\n)+");
    private static final String SCRIPT_LINK = "<script src=\"page.js\" type=\"module\"></script>\n";
    private static final String HEAD = "<meta charset=\"utf-8\">\n";

    private SavedLabPage() {}

    /// The file.
    ///
    /// @param head the run without its events, as JSON
    /// @param recorded the whole run, as JSON
    /// @param choices what the lab offers, as JSON: the texts of the models come from it
    /// @throws IOException if a file of the page is missing
    static String of(String head, String recorded, String choices) throws IOException {
        String script = "\n" + PageScriptBundle.of(LabPageFiles.SCRIPTS);
        String style = "\n" + LabPageFiles.all(LabPageFiles.STYLES);
        String policy = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; script-src '"
                + hash(script) + "'; style-src '" + hash(style) + "'";
        String data = "{\"models\":" + models(head, choices) + ",\"run\":" + recorded + "}";
        return STYLE_LINKS.matcher(LabPageFiles.text(LabPageFiles.PAGE))
                .replaceFirst(Matcher.quoteReplacement("<style>" + style + "</style>\n"))
                .replace(HEAD, HEAD + "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">\n")
                .replace(SCRIPT_LINK, "")
                .replace("</body>", "<script type=\"application/json\" id=\"recorded\">" + inScript(data)
                        + "</script>\n<script type=\"module\">" + script + "</script>\n</body>");
    }

    /// What the lab offers of the models that the run shows. The events of the run, of which there may be very many, are not parsed.
    private static String models(String head, String choices) {
        Set<String> shown = new HashSet<>();
        MAPPER.readTree(head).path("servers").forEach(server -> shown.add(server.path("model").stringValue("")));
        ArrayNode models = MAPPER.createArrayNode();
        for (JsonNode model : MAPPER.readTree(choices).path("models")) {
            if (shown.contains(model.path("id").stringValue(""))) {
                models.add(model);
            }
        }
        return MAPPER.writeValueAsString(models);
    }

    /// JSON that can stand in an element of a page: what begins a tag is in strings only, where it can be escaped.
    private static String inScript(String json) {
        return json.replace("<", "\\u003c");
    }

    /// What a content security policy calls a script or a style (CSP level 3, 2.3.1).
    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256, which every JDK has", e);
        }
    }
}
