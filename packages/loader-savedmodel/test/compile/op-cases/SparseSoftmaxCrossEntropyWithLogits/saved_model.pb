à
"serveñ
C
case0/in0_featuresPlaceholder*
dtype0*
shape
:
=
case0/in0_labelsPlaceholder*
dtype0*
shape:
Ž
)case0/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase0/in0_featurescase0/in0_labels*
Tlabels0*
T0
U
case1/in1_featuresPlaceholder*
dtype0*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
F
case1/in1_labelsPlaceholder*
dtype0	*
shape:ÿÿÿÿÿÿÿÿÿ
Ž
)case1/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase1/in1_featurescase1/in1_labels*
Tlabels0	*
T0
L
case2/in2_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
F
case2/in2_labelsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
Ž
)case2/SparseSoftmaxCrossEntropyWithLogits#SparseSoftmaxCrossEntropyWithLogitscase2/in2_featurescase2/in2_labels*
Tlabels0	*
T0"ª*¶
case1¬
/
labels%
case1/in1_labels:0	ÿÿÿÿÿÿÿÿÿ
@
features4
case1/in1_features:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿS
out1K
+case1/SparseSoftmaxCrossEntropyWithLogits:1ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿF
out0>
+case1/SparseSoftmaxCrossEntropyWithLogits:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¤
case2š
/
labels%
case2/in2_labels:0	ÿÿÿÿÿÿÿÿÿ
7
features+
case2/in2_features:0ÿÿÿÿÿÿÿÿÿJ
out1B
+case2/SparseSoftmaxCrossEntropyWithLogits:1ÿÿÿÿÿÿÿÿÿF
out0>
+case2/SparseSoftmaxCrossEntropyWithLogits:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*€
case0ö
&
labels
case0/in0_labels:0
.
features"
case0/in0_features:0A
out19
+case0/SparseSoftmaxCrossEntropyWithLogits:1=
out05
+case0/SparseSoftmaxCrossEntropyWithLogits:0tensorflow/serving/predict