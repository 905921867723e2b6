#!/usr/bin/env bash
# com.anthropic:anthropic-java 3.14.0 (Maven), Java 17: classes whose fields stand as the model is to think, the answer last, given as outputConfig;
# the order of the fields in the schema that is sent.
# Expected: the order of the class, as the SDKs for TypeScript and Python send it; a model is to write the fields in the order of the schema.
# Seen: the alphabet's order, of a class, of a record, and even under Jackson's @JsonPropertyOrder. So "answer" comes
# before "evidence" and "reasoning": the reasons are asked for when the answer stands already.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>run</groupId><artifactId>run</artifactId><version>1</version>
  <dependencies><dependency><groupId>com.anthropic</groupId><artifactId>anthropic-java</artifactId><version>3.14.0</version></dependency></dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=lib >/dev/null 2>&1
cat >Run.java <<'JAVA'
import com.anthropic.models.messages.MessageCreateParams;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
public class Run {
  public static class OfClass { public String reasoning; public String evidence; public String answer; }
  public record OfRecord(String reasoning, String evidence, String answer) {}
  @JsonPropertyOrder({"reasoning", "evidence", "answer"})
  public static class Ordered { public String reasoning; public String evidence; public String answer; }
  public static void main(String[] args) {
    for (Class<?> of : List.of(OfClass.class, OfRecord.class, Ordered.class)) {
      var asked = MessageCreateParams.builder().model("m").maxTokens(9).addUserMessage("Why?").outputConfig(of).build().rawParams();
      System.out.println(of.getSimpleName() + ": " + asked.outputConfig().get().format().get().schema()._additionalProperties().get("properties"));
    }
  }
}
JAVA
seen=$(java -cp 'lib/*' Run.java 2>/dev/null)
expected='OfClass: {answer={type=string}, evidence={type=string}, reasoning={type=string}}
OfRecord: {answer={type=string}, evidence={type=string}, reasoning={type=string}}
Ordered: {answer={type=string}, evidence={type=string}, reasoning={type=string}}'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
