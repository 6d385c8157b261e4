import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Names of PDF files → one line for each file and standard: its name, the standard, and the rules that it breaks. */
class Validate {
    public static void main(String[] names) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String name : names) {
            for (PDFAFlavour standard : new PDFAFlavour[] {PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1}) {
                try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(name), standard);
                     PDFAValidator validator = Foundries.defaultInstance().createValidator(standard, 1, false, false, false)) {
                    ValidationResult result = validator.validate(parser);
                    StringBuilder broken = new StringBuilder();
                    for (TestAssertion each : result.getTestAssertions()) {
                        if (each.getStatus() == TestAssertion.Status.FAILED) {
                            broken.append(' ').append(each.getRuleId().getClause()).append('-').append(each.getRuleId().getTestNumber());
                        }
                    }
                    System.out.println(name + "\t" + standard + "\t" + result.isCompliant() + broken);
                }
            }
        }
    }
}
