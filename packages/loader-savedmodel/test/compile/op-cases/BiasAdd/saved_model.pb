›
"serve…
I
case0/in0_valuePlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
D
case0/in0_biasPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
Y
case0/BiasAddBiasAddcase0/in0_valuecase0/in0_bias*
T0*
data_formatNHWC
I
case1/in1_valuePlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
D
case1/in1_biasPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
p
case2/in2_valuePlaceholder*
dtype0*C
shape::8ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
D
case2/in2_biasPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
Y
case2/BiasAddBiasAddcase2/in2_valuecase2/in2_bias*
T0*
data_formatNCHW
V
case3/in3_valuePlaceholder*
dtype0*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
;
case3/in3_biasPlaceholder*
dtype0*
shape:
Y
case3/BiasAddBiasAddcase3/in3_valuecase3/in3_bias*
T0*
data_formatNCHW"ª*„
case2ú
+
bias#
case2/in2_bias:0ÿÿÿÿÿÿÿÿÿ
X
valueO
case2/in2_value:08ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿU
out0M
case2/BiasAdd:08ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ç
case3½
"
bias
case3/in3_bias:0
>
value5
case3/in3_value:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ;
out03
case3/BiasAdd:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¶
case0¬
+
bias#
case0/in0_bias:0ÿÿÿÿÿÿÿÿÿ
1
value(
case0/in0_value:0ÿÿÿÿÿÿÿÿÿ.
out0&
case0/BiasAdd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict